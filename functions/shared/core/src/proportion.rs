//! Bounds on a share of which only a sample is known, by Clopper and Pearson (Biometrika 26, 1934): never narrower
//! than they say, however small the sample.

/// How seldom a bound may be wrong.
const ALPHA: f64 = 0.05;
/// Halvings of the interval in which a bound is looked for.
const HALVINGS: usize = 50;
/// Sums are kept below this.
const LARGE: f64 = 1e200;

/// The upper bound, with 95 % certainty on its side, of a share of which `hits` were seen in `all`; 1 where nothing was.
#[must_use]
pub fn upper(hits: usize, all: usize) -> f64 {
    if hits >= all {
        return 1.0;
    }
    let (mut low, mut high) = (hits as f64 / all as f64, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if log_of_at_most(hits, all, middle) > libm::log(ALPHA) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The lower bound, with 95 % certainty on its side; 0 where nothing was seen.
#[must_use]
pub fn lower(hits: usize, all: usize) -> f64 {
    1.0 - upper(all.saturating_sub(hits), all)
}

/// The logarithm of the probability of at most `hits` in `all`, where each has the probability `p`.
fn log_of_at_most(hits: usize, all: usize, p: f64) -> f64 {
    let odds = p / (1.0 - p);
    let (mut term, mut sum, mut scale) = (1.0, 1.0, 0.0);
    for hit in 0..hits {
        term *= (all - hit) as f64 / (hit + 1) as f64 * odds;
        sum += term;
        if sum > LARGE {
            (term, sum, scale) = (term / LARGE, sum / LARGE, scale + libm::log(LARGE));
        }
    }
    all as f64 * libm::log1p(-p) + libm::log(sum) + scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Figures of tables of the exact interval.
    #[test]
    fn the_bounds_are_those_of_the_tables() {
        for (hits, all, expected) in [
            (0, 0, 1.0),
            (0, 1, 0.95),
            (0, 59, 0.0495),
            (0, 58, 0.0503),
            (0, 149, 0.0199),
            (1, 10, 0.3942),
            (5, 10, 0.7776),
            (10, 10, 1.0),
            (1, 93, 0.0500),
            (2_500, 5_000, 0.5117),
        ] {
            let found = upper(hits, all);
            assert!((found - expected).abs() < 1e-4, "{hits} of {all}: {found}");
        }
        assert!((lower(10, 10) - 0.7411).abs() < 1e-4 && lower(0, 10) == 0.0 && lower(0, 0) == 0.0);
    }

    proptest! {
        #[test]
        fn a_bound_holds_the_share_and_grows_with_each_hit(hits in 0_usize..400, more in 0_usize..400) {
            let all = hits + more;
            let share = hits as f64 / all.max(1) as f64;
            prop_assert!(lower(hits, all) <= share && share <= upper(hits, all));
            prop_assert!((0.0..=1.0).contains(&upper(hits, all)));
            prop_assert!(upper(hits, all + 1) <= upper(hits, all));
            if more > 0 {
                prop_assert!(upper(hits, all) <= upper(hits + 1, all));
            }
        }
    }
}
