//! Names that resemble a name.

/// The names, most similar to `name` first, letter case aside.
pub(super) fn nearest_first(name: &str, known: &[String]) -> Vec<String> {
    let mut sorted = known.to_vec();
    let name = name.to_lowercase();
    sorted.sort_by_cached_key(|other| edit_distance(&name, &other.to_lowercase()));
    sorted
}

/// The least number of insertions, deletions and substitutions that turn one text
/// into the other (Levenshtein 1966).
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = above[0];
        above[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != to);
            diagonal = above[j + 1];
            above[j + 1] = substituted.min(diagonal + 1).min(above[j] + 1);
        }
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_known_from_textbooks() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("saturday", "sunday"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
    }

    #[test]
    fn the_mistyped_name_comes_first() {
        let known = ["age", "rooms", "price"].map(String::from);
        assert_eq!(nearest_first("Prise", &known)[0], "price");
    }
}
