//! Every promise on hand-written observations: one run that breaks it, and one that nearly does.

mod bus;
mod fixture;
mod lanes;
mod limits;
mod mapping;
mod once;
mod orders;
mod pipe;
mod quarantine;
mod queues;
mod shop;
mod shopping;
mod sweeping;
mod targets;
mod tracking;
