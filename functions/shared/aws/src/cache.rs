//! A small map of what was fetched, each value for a limited time.

use countersign_core::time::{Span, Timestamp};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

/// At most `cap` values, each at most `age` old; the oldest goes first.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    cap: usize,
    age: Option<Span>,
    values: Mutex<HashMap<K, (Timestamp, V)>>,
}

impl<K: Clone + Eq + Hash, V: Clone> Cache<K, V> {
    /// Without an age, values stay until the cap drives them out.
    pub(crate) fn new(cap: usize, age: Option<Span>) -> Self {
        Self { cap, age, values: Mutex::default() }
    }

    pub(crate) fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, value) = values.get(key)?;
        let fresh = self.age.is_none_or(|age| (0..age.millis()).contains(&now.since(*since)));
        fresh.then(|| value.clone())
    }

    pub(crate) fn put(&self, key: K, value: V, now: Timestamp) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.remove(&key);
        if values.len() >= self.cap {
            let oldest = values.iter().min_by_key(|(_, (since, _))| *since).map(|(key, _)| key.clone());
            oldest.and_then(|key| values.remove(&key));
        }
        values.insert(key, (now, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_age() {
        let cache = Cache::new(2, Span::of_seconds(30).ok());
        cache.put("a", 1, Timestamp(1000));
        for (now, expected) in [(1000, Some(1)), (30_999, Some(1)), (31_000, None), (999, None)] {
            assert_eq!(cache.get(&"a", Timestamp(now)), expected, "{now}");
        }
    }

    #[test]
    fn the_oldest_makes_room() {
        let cache = Cache::new(2, None);
        for (at, key) in ["a", "b", "a", "c"].into_iter().enumerate() {
            cache.put(key, at, Timestamp(i64::try_from(at).unwrap()));
        }
        let now = Timestamp(i64::MAX);
        assert_eq!(["a", "b", "c"].map(|key| cache.get(&key, now)), [Some(2), None, Some(3)]);
    }
}
