//! Behaviour as users see it.
