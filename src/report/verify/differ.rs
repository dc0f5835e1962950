//! Where two values, or two texts, differ.

use std::path::Path;

use serde_json::Value;

/// Every leaf that two values differ in: its path, and both.
pub fn differ(
    path: &str,
    stored: &Value,
    again: &Value,
    found: &mut Vec<(String, String, String)>,
) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (stored, again) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            for key in keys {
                let value = |of: &serde_json::Map<String, Value>| {
                    of.get(key).cloned().unwrap_or(Value::Null)
                };
                differ(&below(key), &value(a), &value(b), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                differ(&format!("{path}[{index}]"), a, b, found);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            let entries = |list: &[Value]| format!("{} entries", list.len());
            found.push((path.to_owned(), entries(a), entries(b)));
        }
        (a, b) if a == b => {}
        (a, b) => found.push((path.to_owned(), a.to_string(), b.to_string())),
    }
}

/// Where two texts differ first, by line; pictures are only said to differ.
pub fn first_difference(path: &Path, stored: &[u8], again: &[u8]) -> (String, String, String) {
    let place = path.display().to_string();
    let (Ok(stored), Ok(again)) = (std::str::from_utf8(stored), std::str::from_utf8(again)) else {
        return (place, "other bytes".to_owned(), "as drawn again".to_owned());
    };
    let pairs = stored.lines().zip(again.lines());
    match pairs.enumerate().find(|(_, (a, b))| a != b) {
        Some((line, (a, b))) => (format!("{place}, line {}", line + 1), a.to_owned(), b.to_owned()),
        None => {
            let lines = |text: &str| format!("{} lines", text.lines().count());
            (place, lines(stored), lines(again))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named_by_their_paths() {
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let mut found = Vec::new();
        let stored = value(r#"{"a":{"b":[1,2.5,3]},"c":null,"d":[1]}"#);
        differ("", &stored, &value(r#"{"a":{"b":[1,2.25,3]},"c":null,"d":[]}"#), &mut found);
        let expected = [("a.b[1]", "2.5", "2.25"), ("d", "1 entries", "0 entries")];
        let shown: Vec<(&str, &str, &str)> =
            found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
        assert_eq!(shown, expected);
    }
}
