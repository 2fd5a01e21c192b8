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
