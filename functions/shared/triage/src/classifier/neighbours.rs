//! Examples that training has seen, as vectors of signed bytes, and how near a text is to them.

use super::layout::{Reader, Writer};
use super::load_error::LoadError;
use super::words::{DIMENSIONS, Vector};
use bytes::Bytes;

const NEAREST: usize = 10;
/// The value that one becomes as a byte.
const ONE: f32 = 127.0;
const MAX_EXAMPLES: usize = 1 << 17;

/// A vector of length one in signed bytes.
pub(crate) type ByteVector = [i8; DIMENSIONS];

/// The stored examples.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Neighbours {
    classes: Vec<u32>,
    /// Their vectors in signed bytes, as they lie in the file.
    vectors: Bytes,
}

/// How near a text is to what training has seen; cosines from -1 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Nearness {
    /// The mean cosine of the nearest ten.
    pub(crate) mean: f64,
    /// The cosine of the nearest.
    pub(crate) nearest: f64,
    /// The share of the nearest ten that are of the class asked for.
    pub(crate) agreeing: f64,
    /// The cosine of the nearest that is out of scope.
    pub(crate) outside: f64,
}

/// A vector of length one as bytes.
pub(crate) fn to_bytes(vector: &Vector) -> ByteVector {
    vector.map(|value| libm::roundf(value * ONE) as i8)
}

impl Neighbours {
    /// Stores at most `most` examples of a class, the first of each.
    pub(crate) fn of(
        examples: impl Iterator<Item = (usize, Vector)>,
        classes: usize,
        most: impl Fn(usize) -> usize,
    ) -> Self {
        let (mut stored, mut vectors) = (Vec::new(), Vec::new());
        let mut counts = vec![0; classes];
        for (class, vector) in examples {
            let Some(count) = counts.get_mut(class).filter(|count| **count < most(class)) else { continue };
            *count += 1;
            stored.push(class as u32);
            vectors.extend(to_bytes(&vector).map(i8::cast_unsigned));
        }
        Self { classes: stored, vectors: vectors.into() }
    }

    /// How near a text is, seen from `class`, where `outside` is the class of what is out of scope.
    pub(crate) fn nearness(&self, text: &ByteVector, class: usize, outside: usize) -> Nearness {
        let mut nearest: Vec<(i32, usize)> = Vec::with_capacity(NEAREST + 1);
        let mut out = 0;
        for (vector, of) in self.vectors.as_chunks().0.iter().zip(&self.classes) {
            let of = *of as usize;
            let product = dot(text, vector);
            if of == outside {
                out = out.max(product);
            }
            if nearest.len() < NEAREST || nearest.last().is_some_and(|last| product > last.0) {
                let at = nearest.partition_point(|kept| kept.0 >= product);
                nearest.insert(at, (product, of));
                nearest.truncate(NEAREST);
            }
        }
        let count = nearest.len().max(1) as f64;
        Nearness {
            mean: nearest.iter().map(|kept| cosine(kept.0)).sum::<f64>() / count,
            nearest: nearest.first().map_or(0.0, |kept| cosine(kept.0)),
            agreeing: nearest.iter().filter(|kept| kept.1 == class).count() as f64 / count,
            outside: cosine(out),
        }
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.count(self.classes.len());
        out.u32s(&self.classes);
        out.0.extend(&self.vectors);
    }

    pub(crate) fn read(reader: &mut Reader) -> Result<Self, LoadError> {
        let count = reader.count(MAX_EXAMPLES, "examples")?;
        let classes = reader.u32s(count)?;
        Ok(Self { classes, vectors: reader.items(count, DIMENSIONS)? })
    }
}

fn dot(one: &ByteVector, other: &[u8; DIMENSIONS]) -> i32 {
    one.iter().zip(other).map(|(a, b)| i32::from(i16::from(*a) * i16::from(b.cast_signed()))).sum()
}

fn cosine(product: i32) -> f64 {
    f64::from(product) / f64::from(ONE * ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(at: usize) -> Vector {
        let mut vector = [0.0; DIMENSIONS];
        vector[at] = 1.0;
        vector
    }

    #[test]
    fn nearness_is_what_the_stored_examples_say() {
        let examples = [(0, unit(0)), (1, unit(1)), (2, unit(2)), (0, unit(3)), (0, unit(4))];
        let stored = Neighbours::of(examples.into_iter(), 3, |_| 2);
        assert_eq!(stored.classes, [0, 1, 2, 0]);
        let seen = stored.nearness(&to_bytes(&unit(0)), 0, 2);
        assert_eq!(seen, Nearness { mean: 0.25, nearest: 1.0, agreeing: 0.5, outside: 0.0 });
        assert_eq!(stored.nearness(&to_bytes(&unit(2)), 1, 2).outside, 1.0);
        assert_eq!(Neighbours::default().nearness(&to_bytes(&unit(0)), 0, 2), Nearness::default());
    }

    #[test]
    fn it_survives_its_file() {
        let stored = Neighbours::of([(0, unit(0)), (1, unit(1))].into_iter(), 2, |_| 2);
        let mut written = Writer::default();
        stored.write(&mut written);
        assert_eq!(Neighbours::read(&mut Reader(written.0.into())), Ok(stored));
    }
}
