//! The arithmetic of figures.

use serde::Serialize;

/// The median, the least and the most of several measurements, in their unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Figures {
    /// The middle one; the mean of the two in the middle of an even number.
    pub(crate) median: f64,
    /// The least.
    pub(crate) min: f64,
    /// The most.
    pub(crate) max: f64,
}

impl Figures {
    /// The figures of measurements in any order; none of no measurement.
    pub(crate) fn of(mut measured: Vec<f64>) -> Option<Self> {
        measured.sort_by(f64::total_cmp);
        let (min, max) = (*measured.first()?, *measured.last()?);
        let half = measured.len() / 2;
        let upper = *measured.get(half)?;
        let lower = if measured.len().is_multiple_of(2) { *measured.get(half - 1)? } else { upper };
        Some(Self { median: f64::midpoint(lower, upper), min, max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(measured: &[f64], expected: Option<[f64; 3]>) {
        let expected = expected.map(|[median, min, max]| Figures { median, min, max });
        assert_eq!(Figures::of(measured.to_vec()), expected, "{measured:?}");
    }

    #[test]
    fn the_median_stands_in_the_middle() {
        check(&[], None);
        check(&[3.0], Some([3.0, 3.0, 3.0]));
        check(&[4.0, 1.0], Some([2.5, 1.0, 4.0]));
        check(&[9.0, 1.0, 2.0], Some([2.0, 1.0, 9.0]));
        check(&[10.0, 2.0, 1.0, 100.0], Some([6.0, 1.0, 100.0]));
    }
}
