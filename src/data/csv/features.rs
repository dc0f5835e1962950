//! The feature columns of a table: which are numbers, and which are categories.

use std::collections::BTreeMap;

use super::super::target::are_too_many;
use super::survey::Survey;
use crate::error::{DataProblem, Error, Result, excerpt};

/// A feature column, and what its cells become.
#[derive(Clone, Debug)]
pub(super) struct FeatureColumn {
    /// Its index in the table.
    pub(super) column: usize,
    pub(super) encoding: Encoding,
}

/// What the cells of a column become.
#[derive(Clone, Debug)]
pub(super) enum Encoding {
    /// The number itself.
    Number,
    /// As many features as there are categories, one of them 1.
    OneHot {
        /// The feature that is 1 for each text.
        code_of: BTreeMap<String, u32>,
        /// Number of features.
        width: usize,
    },
}

impl FeatureColumn {
    /// The feature columns, and the names of all features.
    ///
    /// # Errors
    /// Of the first column that has one: text among numbers, a number that is not finite,
    /// too many categories, one value in every row unless `keep_constant`.
    pub(super) fn all(
        survey: &Survey<'_>,
        keep_constant: bool,
    ) -> Result<(Vec<Self>, Vec<String>)> {
        let (mut columns, mut names) = (Vec::new(), Vec::new());
        for &column in &survey.roles.features {
            let name = &survey.header.names()[column];
            let encoding = match is_number(survey, column)? {
                true => {
                    names.push(name.clone());
                    Encoding::Number
                }
                false => {
                    let categories = categories(survey, column)?;
                    names.extend(categories.iter().map(|category| format!("{name}={category}")));
                    let code_of = survey.columns[column].texts.code_of_texts();
                    Encoding::OneHot { code_of, width: categories.len() }
                }
            };
            if !keep_constant {
                check_varies(survey, column)?;
            }
            columns.push(Self { column, encoding });
        }
        Ok((columns, names))
    }
}

fn is_number(survey: &Survey<'_>, column: usize) -> Result<bool> {
    let own = &survey.columns[column];
    if own.is_declared() {
        return Ok(false);
    }
    let shown = excerpt(&survey.header.names()[column]);
    let remedy = format!(
        "take the column's values for labels with `--categorical {shown}`, or leave it out with \
         `--drop {shown}`"
    );
    own.are_numbers(&survey.header, column, &remedy)
}

fn categories(survey: &Survey<'_>, column: usize) -> Result<Vec<String>> {
    let (distinct, rows) = (survey.count_categories(column)?, survey.rows);
    if are_too_many(distinct, rows) {
        let name = excerpt(&survey.header.names()[column]);
        return Err(Error::data(
            survey.header.column_place(column),
            DataProblem::TooManyCategories { distinct, rows },
            format!("group the values, or leave the column out with `--drop {name}`"),
        ));
    }
    Ok(survey.columns[column].texts.categories().names)
}

fn check_varies(survey: &Survey<'_>, column: usize) -> Result<()> {
    if survey.columns[column].varies() {
        return Ok(());
    }
    let name = excerpt(&survey.header.names()[column]);
    Err(Error::data(
        survey.header.column_place(column),
        DataProblem::ConstantColumn,
        format!("leave it out with `--drop {name}`, or keep such columns with `--keep-constant`"),
    ))
}
