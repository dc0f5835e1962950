//! Lists of names in errors: the nearest first, long ones cut short.

/// What to say of a name that is not among `known`: the nearest one if any is
/// near, and all of them.
pub(crate) fn suggestion<S: AsRef<str>>(name: &str, known: &[S]) -> String {
    let all = known.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match nearest(name, known) {
        Some(near) => format!("did you mean '{near}'? The names are {all}"),
        None => format!("the names are {all}"),
    }
}

/// `did you mean 'price'? The columns are …`, or the second part alone where none is near.
pub(crate) fn listed(what: &str, name: &str, known: &[String]) -> String {
    let all = shortened(known);
    match nearest(name, known) {
        Some(near) => format!("did you mean '{}'? The {what} are {all}", excerpt(near)),
        None => format!("the {what} are {all}"),
    }
}

/// Whether `name` is likely meant to be `known`.
pub(crate) fn is_near(name: &str, known: &str) -> bool {
    nearest(name, &[known]).is_some()
}

/// The known name with the fewest single-letter edits from `name`, letter case aside, if at
/// most a third of the letters, or two, have to change; else the first that begins with it.
fn nearest<'a, S: AsRef<str>>(name: &str, known: &'a [S]) -> Option<&'a str> {
    let name = name.to_lowercase();
    let letters = name.chars().count();
    let tolerance = (letters / 3).max(2);
    // A text that is far longer than every name is near none of them.
    let longest = known.iter().map(|known| known.as_ref().len()).max().unwrap_or_default();
    if letters > 2 * longest + tolerance {
        return None;
    }
    let candidates = || known.iter().map(AsRef::as_ref);
    let near = candidates()
        .map(|candidate| (edit_distance(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= tolerance && *distance < candidate.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate);
    let begun =
        || candidates().find(|known| letters > 2 && known.to_lowercase().starts_with(&name));
    near.or_else(begun)
}

/// The least number of insertions, deletions and substitutions that turn one text
/// into the other (Levenshtein 1966).
fn edit_distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in to.iter().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

/// The names, most similar to `name` first, letter case aside.
pub(crate) fn nearest_first(name: &str, known: &[String]) -> Vec<String> {
    let mut sorted = known.to_vec();
    let name = name.to_lowercase();
    sorted.sort_by_cached_key(|other| edit_distance(&name, &other.to_lowercase()));
    sorted
}

/// Text from outside as it stands in a message: control characters escaped, and
/// cut after 60 characters.
pub(crate) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 60;
    let escape = |letter: char| match letter.is_control() {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    let mut shown: String = text.chars().take(SHOWN).map(escape).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// The first dozen of `names`, and how many more there are.
pub(crate) fn shortened(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| excerpt(name)).collect();
    match names.len().checked_sub(SHOWN) {
        Some(more @ 1..) => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn distances_known_from_textbooks() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("saturday", "sunday"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
    }

    #[test]
    fn text_from_outside_is_cut_and_escaped() {
        assert_eq!(excerpt("naïve 'a'"), "naïve 'a'");
        assert_eq!(excerpt("a\u{1b}[31m\tb\n"), "a\\u{1b}[31m\\tb\\n");
        assert_eq!(excerpt(&"ä".repeat(60)), "ä".repeat(60));
        assert_eq!(excerpt(&"ä".repeat(61)), "ä".repeat(60) + "…");
    }

    #[test]
    fn the_mistyped_name_comes_first() {
        let known = ["age", "rooms", "price"].map(String::from);
        assert_eq!(nearest_first("Prise", &known)[0], "price");
    }

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let known = ["gd", "cg", "lbfgs"];
        assert_eq!(nearest("lbgfs", &known), Some("lbfgs"));
        assert_eq!(nearest("LBFGS", &known), Some("lbfgs"));
        assert_eq!(nearest("newton", &known), None);
        assert_eq!(nearest("fletcher", &["dai-yuan", "fletcher-reeves"]), Some("fletcher-reeves"));
        assert_eq!(nearest("price", &["PRICE", "Prize"]), Some("PRICE"));
        let columns = ["price", "a"].map(String::from);
        let meant = "did you mean 'price'? The columns are price, a";
        assert_eq!(listed("columns", "prise", &columns), meant);
        assert_eq!(listed("columns", "c", &columns), "the columns are price, a");
        assert_eq!(
            Error::UnknownName {
                kind: "solver",
                name: "lbfg".into(),
                known: known.map(String::from).to_vec(),
            }
            .to_string(),
            "there is no solver named 'lbfg'; did you mean 'lbfgs'? The names are gd, cg, lbfgs"
        );
    }
}
