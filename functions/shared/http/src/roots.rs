//! Whom to trust: roots that were parsed when they were compiled in, so that a start does not parse them.

use rustls::{RootCertStore, pki_types::TrustAnchor};
use webpki_roots::TLS_SERVER_ROOTS;

/// The roots of AWS's own certificates, as Amazon publishes them: the ends of their subjects.
const AMAZON: [&str; 5] = [
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
];

/// Whose certificates are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roots {
    /// Those below Amazon's own roots.
    Amazon,
    /// Those below any root of Mozilla's list.
    Public,
}

impl Roots {
    pub(crate) fn store(self) -> RootCertStore {
        let trusted = |anchor: &&TrustAnchor<'_>| self == Self::Public || is_amazon(&anchor.subject);
        RootCertStore { roots: TLS_SERVER_ROOTS.iter().filter(trusted).cloned().collect() }
    }
}

fn is_amazon(subject: &[u8]) -> bool {
    AMAZON.iter().any(|name| subject.ends_with(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(roots: Roots, count: usize) {
        assert_eq!(roots.store().roots.len(), count, "{roots:?}");
    }

    #[test]
    fn amazon_has_five_roots() {
        check(Roots::Amazon, 5);
        check(Roots::Public, TLS_SERVER_ROOTS.len());
        for name in AMAZON {
            let named = |anchor: &&TrustAnchor<'_>| anchor.subject.ends_with(name.as_bytes());
            assert_eq!(TLS_SERVER_ROOTS.iter().filter(named).count(), 1, "{name}");
        }
    }
}
