use std::collections::BTreeMap;

/// One shard of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardDescription {
    /// Its id.
    pub id: String,
    /// The shard it was split off, whose records come before its own; `None`: it has none.
    pub parent: Option<String>,
}

/// The shards of a stream and how far a mapping is with each: a shard is read when its parent is
/// closed and every record of it is done, so that the changes of an item keep their order.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>
#[derive(Debug, Default)]
pub struct Tree {
    listed: Vec<ShardDescription>,
    states: BTreeMap<String, State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is being read.
    Open,
    /// It is closed and all of it is done.
    Finished,
}

impl Tree {
    /// Takes in which shards the stream keeps now; whether this changes anything.
    pub fn list(&mut self, listed: Vec<ShardDescription>) -> bool {
        if self.listed == listed {
            return false;
        }
        self.listed = listed;
        let listed = &self.listed;
        // A shard that is gone may still have records under way; its children wait for them.
        self.states
            .retain(|id, state| *state == State::Open || listed.iter().any(|it| it.id == *id));
        true
    }

    /// The shards to open now, in the order of the list.
    #[must_use]
    pub fn ready(&self) -> Vec<String> {
        self.listed
            .iter()
            .filter(|shard| !self.states.contains_key(&shard.id))
            .filter(|shard| {
                !shard
                    .parent
                    .as_ref()
                    .is_some_and(|it| self.is_unfinished(it))
            })
            .map(|shard| shard.id.clone())
            .collect()
    }

    /// The shard is being read from now on.
    pub fn opened(&mut self, shard: String) {
        self.states.insert(shard, State::Open);
    }

    /// The shard is closed and every record of it is done.
    pub fn finished(&mut self, shard: &str) {
        if self.lists(shard) {
            self.states.insert(shard.to_owned(), State::Finished);
        } else {
            self.states.remove(shard);
        }
    }

    /// Whether the progress in a shard still matters: the stream keeps it, or it is being read.
    #[must_use]
    pub fn needs(&self, shard: &str) -> bool {
        self.lists(shard) || self.states.contains_key(shard)
    }

    fn lists(&self, shard: &str) -> bool {
        self.listed.iter().any(|it| it.id == shard)
    }

    fn is_unfinished(&self, shard: &str) -> bool {
        match self.states.get(shard) {
            Some(state) => *state == State::Open,
            None => self.lists(shard),
        }
    }
}
