//! Finds the line of a place like `rules/damage/manager` in a YAML file, by its names.

/// The line, from 1, of the last name of the place that is found, going down from name to name.
pub(super) fn line(text: &str, place: &str) -> Option<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found: Option<usize> = None;
    for name in place.split('/') {
        let from = found.unwrap_or(0);
        let below = lines.iter().enumerate().skip(from);
        // A name of the place above may stand on the line found last: `- id: desk` below `desk:`.
        match below.filter(|(at, _)| Some(*at) != found).find(|(_, line)| names(line, name)) {
            Some((at, _)) => found = Some(at),
            None => break,
        }
    }
    found.map(|at| at + 1)
}

/// Whether a line has the key `name`, or says `id: name` or `name: name`.
fn names(line: &str, name: &str) -> bool {
    let code = line.trim_start().trim_start_matches(['-', '{', ' ']);
    let Some((key, rest)) = code.split_once(':') else { return false };
    let value = rest.split([',', '}', '#']).next().unwrap_or_default();
    bare(key) == name || (matches!(bare(key), "id" | "name") && bare(value) == name)
}

/// The first line from `line` on that has the word which `message` quotes; `line` itself if there is none.
///
/// The parser names the line where the thing begins in which something is wrong.
pub(super) fn line_of_word(text: &str, line: usize, message: &str) -> usize {
    let quoted = message.split(['`', '"']).nth(1).filter(|word| !word.is_empty());
    let from = line.saturating_sub(1);
    let lines = text.lines().skip(from);
    let found = quoted.and_then(|word| lines.into_iter().position(|line| line.contains(word)));
    found.map_or(line, |below| line + below)
}

fn bare(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# damage is bad
desk:
  id: desk
rules:
  - id: 'damage' # much
    then:
      stages:
        - id: manager
  - {id: later, when: \"a: b\"}
baseline:
  then:
    stages:
      - id: manager
";

    #[test]
    fn the_word_that_is_wrong_is_below_where_the_thing_begins() {
        for (line, message, expected) in [
            (2, "unknown field `id`", 3),
            (4, "length of time: \"manager\" is not", 8),
            (4, "invalid type: sequence", 4),
            (4, "missing field `elsewhere`", 4),
        ] {
            assert_eq!(line_of_word(TEXT, line, message), expected, "{message}");
        }
    }

    #[test]
    fn places_are_found_by_their_names() {
        for (place, expected) in [
            ("desk", Some(2)),
            ("rules/damage", Some(5)),
            ("rules/damage/manager", Some(8)),
            ("rules/later/when", Some(9)),
            ("baseline/manager", Some(13)),
            ("rules/unknown", Some(4)),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(line(TEXT, place), expected, "{place}");
        }
    }
}
