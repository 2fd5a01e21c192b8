//! Letters that look like bold, italic or wide ones of ours, as the plain letters that they stand for.

const ALPHABET: &[u8; 52] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8; 10] = b"0123456789";
/// Between a printable ASCII character and its full-width form.
const WIDE: u32 = 0xfee0;

/// The plain form of a mathematical or full-width letter or digit, as Unicode's compatibility forms have it; others
/// as they are. Emphasis on a card is ours alone.
pub(super) fn folded(c: char) -> char {
    let at = u32::from(c);
    match at {
        0x1d400..=0x1d6a3 => nth(ALPHABET, at - 0x1d400),
        0x1d7ce..=0x1d7ff => nth(DIGITS, at - 0x1d7ce),
        0xff01..=0xff5e => char::from_u32(at - WIDE).unwrap_or(c),
        0x2102 | 0x212d => 'C',
        0x210a => 'g',
        0x210b..=0x210d => 'H',
        0x210e => 'h',
        0x2110 | 0x2111 => 'I',
        0x2112 => 'L',
        0x2113 => 'l',
        0x2115 => 'N',
        0x2119 => 'P',
        0x211a => 'Q',
        0x211b..=0x211d => 'R',
        0x2124 | 0x2128 => 'Z',
        0x212c => 'B',
        0x212f => 'e',
        0x2130 => 'E',
        0x2131 => 'F',
        0x2133 => 'M',
        0x2134 => 'o',
        _ => c,
    }
}

/// The forms of an alphabet follow each other, each whole.
fn nth(letters: &[u8], at: u32) -> char {
    let found = letters.iter().cycle().nth(at as usize % letters.len());
    found.map_or(char::REPLACEMENT_CHARACTER, |letter| char::from(*letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, plain: &str) {
        assert_eq!(text.chars().map(folded).collect::<String>(), plain);
    }

    #[test]
    fn letters_that_look_like_emphasis_are_plain() {
        check("𝐀𝐩𝐩𝐫𝐨𝐯𝐞𝐝", "Approved");
        check("𝗥𝗶𝘀𝗸 𝗻𝗼𝗻𝗲", "Risk none");
        check("𝑅𝑖𝑠𝑘 𝟎𝟗𝟶𝟿", "Risk 0909");
        check("ℛ𝒾𝓈𝓀 ℌℑ", "Risk HI");
        check("Ａｐｐｒｏｖｅｄ！", "Approved!");
        check("Zürich 東京 𝚨 👩", "Zürich 東京 𝚨 👩");
    }
}
