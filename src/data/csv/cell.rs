//! What a cell of a table holds.

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    Number(f64),
    NonFinite,
    Text,
}

pub(super) fn cell(text: &str) -> Cell {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Cell::Number(value),
        Ok(_) => Cell::NonFinite,
        Err(_) => Cell::Text,
    }
}

/// Whether a cell stands for a value that is not there.
pub(super) fn is_missing(text: &str) -> bool {
    ["", "?", "na", "n/a", "null"].iter().any(|token| text.eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_numbers_non_finite_or_text() {
        assert_eq!(cell("-1.5e3"), Cell::Number(-1500.0));
        assert_eq!(cell("+.5"), Cell::Number(0.5));
        for text in ["NaN", "-nan", "inf", "Infinity", "1e999"] {
            assert_eq!(cell(text), Cell::NonFinite, "{text}");
        }
        for text in ["1,5", "0x10", "1_000", "twelve"] {
            assert_eq!(cell(text), Cell::Text, "{text}");
        }
        assert!(["", "?", "NA", "n/a", "Null"].iter().all(|text| is_missing(text)));
        assert!(!is_missing("nan") && !is_missing("0"));
    }
}
