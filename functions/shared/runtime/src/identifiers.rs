//! Random identifiers from the machine's source of randomness.

use countersign_core::ports::Ids;
use ring::rand::{SecureRandom, SystemRandom};

const BYTES: usize = 16;

/// 128 random bits each, as 32 hexadecimal digits.
#[derive(Clone, Debug)]
pub struct RandomIds(SystemRandom);

impl Default for RandomIds {
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl Ids for RandomIds {
    /// # Panics
    /// If the machine has no randomness: no identifier is better than one that can be guessed.
    #[allow(clippy::panic)]
    fn fresh(&self) -> String {
        let mut bytes = [0; BYTES];
        if self.0.fill(&mut bytes).is_err() {
            panic!("the machine gives no random bytes");
        }
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn identifiers_differ_and_are_identifiers() {
        let fresh: HashSet<String> = (0..100).map(|_| RandomIds::default().fresh()).collect();
        assert_eq!(fresh.len(), 100);
        for id in fresh {
            assert_eq!(id.len(), 2 * BYTES);
            assert!(countersign_core::ids::AttemptId::new(id).is_ok());
        }
    }
}
