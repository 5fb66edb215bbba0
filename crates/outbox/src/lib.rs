//! A transactional outbox toolkit for AWS: relay, quarantine, consumers.
