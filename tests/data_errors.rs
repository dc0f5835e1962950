//! Every kind of bad input, through the same door as the user's files: the error says
//! what, in which file, line and column, and how to go on.

use std::io::Write;
use std::path::{Path, PathBuf};

use losslab::data::{DataSource, Dataset, Targets, Task};
use losslab::error::{DataError, DataProblem, Error};
use losslab::numerics::RowMatrix;
use tempfile::TempDir;

/// A file in a folder of its own, and how it is to be read.
struct Case {
    folder: TempDir,
    source: DataSource,
}

impl Case {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let source = DataSource::File {
            path,
            target: Some("y".into()),
            task: None,
            drop: vec![],
            categorical: vec![],
            keep_constant: false,
            sample_weights: None,
        };
        Self { folder, source }
    }

    fn csv(text: &str) -> Self {
        Self::new("table.csv", text.as_bytes())
    }

    fn target(mut self, name: Option<&str>) -> Self {
        let DataSource::File { target, .. } = &mut self.source else { unreachable!() };
        *target = name.map(String::from);
        self
    }

    fn task(mut self, asked: Task) -> Self {
        let DataSource::File { task, .. } = &mut self.source else { unreachable!() };
        *task = Some(asked);
        self
    }

    fn drop(mut self, name: &str) -> Self {
        let DataSource::File { drop, .. } = &mut self.source else { unreachable!() };
        drop.push(name.into());
        self
    }

    fn categorical(mut self, name: &str) -> Self {
        let DataSource::File { categorical, .. } = &mut self.source else { unreachable!() };
        categorical.push(name.into());
        self
    }

    fn keep_constant(mut self) -> Self {
        let DataSource::File { keep_constant, .. } = &mut self.source else { unreachable!() };
        *keep_constant = true;
        self
    }

    fn sample_weights(mut self, name: &str) -> Self {
        let DataSource::File { sample_weights, .. } = &mut self.source else { unreachable!() };
        *sample_weights = Some(name.into());
        self
    }

    fn path(&self) -> PathBuf {
        let DataSource::File { path, .. } = &self.source else { unreachable!() };
        path.clone()
    }

    fn load(&self) -> Dataset {
        self.source.load().unwrap()
    }

    fn error(&self) -> DataError {
        match self.source.load() {
            Err(Error::Data(error)) => *error,
            other => panic!("expected a data error, found {other:?}"),
        }
    }

    /// Asserts place and way out, and returns the problem.
    #[track_caller]
    fn fails_at(
        &self,
        line: impl Into<Option<u64>>,
        column: impl Into<Option<&'static str>>,
        way_out: &str,
    ) -> DataProblem {
        let error = self.error();
        assert_eq!(error.place.file, self.path().display().to_string(), "{error}");
        assert_eq!(error.place.line, line.into(), "{error}");
        assert_eq!(error.place.column.as_deref(), column.into(), "{error}");
        assert!(error.remedy.contains(way_out), "{error}");
        error.problem
    }
}

const GOOD: &str = "a,b,y\n1,5,10\n2,6,11\n3,7,12\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_good_table_is_read_plain_or_packed_with_any_line_ends() {
    let plain = Case::csv(GOOD).load();
    assert_eq!((plain.name.as_str(), plain.task), ("table", Task::Regression));
    assert_eq!(plain.features.to_matrix().unwrap().row(1), [2.0, 6.0]);
    let marked = [b"\xef\xbb\xbf", GOOD.replace('\n', "\r\n").as_bytes()].concat();
    for bytes in [gzip(GOOD.as_bytes()), marked, GOOD.replace('\n', "\r").into_bytes()] {
        // The name says nothing of the packing.
        let dataset = Case::new("table.csv", &bytes).load();
        assert_eq!(dataset.features.to_matrix().unwrap(), plain.features.to_matrix().unwrap());
        assert_eq!(dataset.targets, plain.targets);
        assert_eq!(dataset.feature_names, plain.feature_names);
    }
}

#[test]
fn missing_values() {
    for missing in ["", "NA", "N/A", "null", "?", "  ", "\"\""] {
        let text = format!("a,b,y\n1,5,10\n2,{missing},11\n3,7,12\n");
        let case = Case::csv(&text);
        assert_eq!(case.fails_at(3, "b", "--drop b"), DataProblem::MissingValue);
        assert_eq!(case.drop("b").load().feature_names, ["a"]);
    }
    let target = Case::csv("a,b,y\n1,5,10\n2,6,\n3,7,12\n");
    assert_eq!(target.fails_at(3, "y", "--target"), DataProblem::MissingValue);
    let text = Case::csv("a,b,y\nx,5,10\nz,6,11\nNA,7,12\n").categorical("a");
    assert_eq!(text.fails_at(4, "a", "--drop a"), DataProblem::MissingValue);
}

#[test]
fn ragged_rows() {
    let short = Case::csv("a,b,y\n1,5,10\n2,6\n3,7,12\n");
    let problem = short.fails_at(3, "y", "delete the line");
    assert_eq!(problem, DataProblem::RaggedRow { expected: 3, found: 2 });
    let long = Case::csv("a,b,y\n1,5,10\n2,6,11\n3,7,12,13,14\n");
    let problem = long.fails_at(4, "y", "after column 'y'");
    assert_eq!(problem, DataProblem::RaggedRow { expected: 3, found: 5 });
}

#[test]
fn unknown_columns() {
    let cases = [
        (Case::csv(GOOD).target(Some("yy")), "yy", "--target"),
        (Case::csv(GOOD).drop("yy"), "yy", "--drop"),
        (Case::csv(GOOD).categorical("yy"), "yy", "--categorical"),
    ];
    for (case, given, flag) in cases {
        let problem = case.fails_at(1, None, flag);
        let known = ["y", "a", "b"].map(String::from).to_vec();
        assert_eq!(problem, DataProblem::UnknownColumn { name: given.into(), known });
        assert!(problem.to_string().contains("'yy'; the columns are y, a, b"));
    }
}

#[test]
fn other_separators_and_comments_above_the_header() {
    let ragged = "a;b;y\n1,5;6;7\n";
    for text in [&GOOD.replace(',', ";"), ragged, ";;\n1;2;3\n", "# note; 2\na,b,y\n1,2,3\n"] {
        let case = Case::csv(text);
        let problem = case.fails_at(1, None, "separated by commas");
        assert!(matches!(problem, DataProblem::BadHeader(_)), "{problem}");
        assert_eq!(case.target(None).fails_at(1, None, "separated by commas"), problem);
    }
    Case::csv(&GOOD.replace(',', "\t")).fails_at(1, None, "separated by '\\t'");
    for (comment, column) in [("# by hand, 2020", "2020"), ("My export", "My export")] {
        let case = Case::csv(&format!("{comment}\n{GOOD}"));
        case.fails_at(2, column, "delete the lines above the names");
    }
}

#[test]
fn long_lists_of_columns_are_shortened() {
    let names = (0..15).map(|i| format!("x{i},")).collect::<String>();
    let row = "1,".repeat(15);
    let message = Case::csv(&format!("{names}y\n{row}1\n{row}2\n")).target(Some("x")).error();
    let message = message.to_string();
    // The twelve most similar of 16: x0 to x9, y and x10.
    assert!(message.contains("are x0, ") && message.contains(" and 4 more; "), "{message}");
}

#[test]
fn a_target_that_is_not_named() {
    let problem = Case::csv(GOOD).target(None).fails_at(1, None, "--target");
    assert_eq!(problem, DataProblem::NoTarget { known: ["a", "b", "y"].map(String::from).into() });
}

#[test]
fn options_that_contradict_each_other() {
    Case::csv(GOOD).drop("y").fails_at(1, "y", "--target");
    Case::csv(GOOD).drop("b").categorical("b").fails_at(1, "b", "--categorical");
    let problem = Case::csv(GOOD).drop("a").drop("b").fails_at(1, None, "--drop");
    assert_eq!(problem, DataProblem::NoFeatures);
    let alone = Case::csv("y\n1\n2\n3\n");
    assert_eq!(alone.fails_at(1, None, "add a column"), DataProblem::NoFeatures);
    assert!(!alone.error().remedy.contains("--drop"));
}

#[test]
fn headers_without_a_name_or_with_one_twice() {
    let twice = Case::csv("a,y,a\n1,2,3\n4,5,6\n");
    let problem = twice.fails_at(1, "a", "--drop");
    assert!(problem.to_string().contains("columns 1 and 3"), "{problem}");
    let nameless = Case::csv(",a,y\n0,1,2\n1,4,5\n");
    let problem = nameless.fails_at(1, None, "--drop");
    assert!(problem.to_string().contains("column 1 has no name"), "{problem}");
}

#[test]
fn constant_columns() {
    let numbers = Case::csv("a,b,y\n1,5,10\n2,5.0,11\n3,5,12\n");
    assert_eq!(numbers.fails_at(1, "b", "--drop b"), DataProblem::ConstantColumn);
    assert!(numbers.error().remedy.contains("--keep-constant"));
    assert_eq!(numbers.keep_constant().load().features.to_matrix().unwrap().row(0), [1.0, 5.0]);
    let text = Case::csv("a,b,y\n1,u,10\n2,u,11\n3,u,12\n");
    assert_eq!(text.fails_at(1, "b", "--keep-constant"), DataProblem::ConstantColumn);
    assert_eq!(text.keep_constant().load().features.to_matrix().unwrap().row(0), [1.0, 1.0]);
    let target = Case::csv("a,b,y\n1,5,9\n2,6,9\n3,7,9\n").keep_constant();
    assert_eq!(target.fails_at(1, "y", "--target"), DataProblem::ConstantColumn);
}

#[test]
fn one_class_only() {
    let text = Case::csv("a,b,y\n1,5,spam\n2,6,spam\n3,7,spam\n");
    assert_eq!(text.fails_at(1, "y", "--target"), DataProblem::OneClass("spam".into()));
    let number = Case::csv("a,b,y\n1,5,1\n2,6,1\n3,7,1\n").task(Task::Binary);
    assert_eq!(number.fails_at(1, "y", "--target"), DataProblem::OneClass("1".into()));
}

#[test]
fn files_without_rows() {
    let header_alone = ["a,b,y\n", "a,b,y", "\u{feff}a,b,y\r\n\r\n"];
    for text in ["", "\n\n", "\u{feff}"].into_iter().chain(header_alone) {
        assert_eq!(Case::csv(text).fails_at(1, None, "--target"), DataProblem::Empty, "{text:?}");
    }
    let empty_stream = Case::new("table.csv", &gzip(b""));
    assert_eq!(empty_stream.fails_at(1, None, "--target"), DataProblem::Empty);
    let one_row = Case::csv("a,b,y\n1,5,10\n").fails_at(2, "y", "--data");
    assert!(matches!(one_row, DataProblem::TooFewRows(_)));
}

#[test]
fn text_in_a_numeric_column() {
    let feature = Case::csv("a,b,y\n1,5,10\n2,six,11\n3,seven,12\n");
    let problem = feature.fails_at(3, "b", "--categorical b");
    assert_eq!(problem, DataProblem::TextInNumericColumn("six".into()));
    assert!(feature.error().remedy.contains("--drop b"));
    let names = feature.categorical("b").load().feature_names;
    assert_eq!(names, ["a", "b=5", "b=seven", "b=six"]);
    let target = Case::csv("a,b,y\n1,5,10\n2,6,11\n3,7,twelve\n");
    let problem = target.fails_at(4, "y", "--categorical y");
    assert_eq!(problem, DataProblem::TextInNumericColumn("twelve".into()));
    assert_eq!(target.categorical("y").load().task, Task::MultiClass);
}

#[test]
fn numbers_that_are_not_finite() {
    for text in ["nan", "NaN", "inf", "-Infinity", "1e400"] {
        let feature = Case::csv(&format!("a,b,y\n1,5,10\n2,6,11\n3,{text},12\n"));
        let problem = feature.fails_at(4, "b", "--drop b");
        assert_eq!(problem, DataProblem::NonFinite(text.into()));
        for task in [Task::Regression, Task::MultiClass] {
            let target = Case::csv(&format!("a,b,y\n1,5,10\n2,6,{text}\n3,7,12\n")).task(task);
            let problem = target.fails_at(3, "y", "--categorical y");
            assert_eq!(problem, DataProblem::NonFinite(text.into()));
        }
    }
}

#[test]
fn too_many_categories() {
    let table = |rows: usize, distinct: usize| {
        (0..rows)
            .fold("a,b,y\n".to_string(), |all, i| all + &format!("{i},t{},{i}\n", i % distinct))
    };
    for (rows, distinct) in [(21, 21), (250, 101)] {
        let case = Case::csv(&table(rows, distinct));
        let problem = case.fails_at(1, "b", "--drop b");
        assert_eq!(problem, DataProblem::TooManyCategories { distinct, rows });
        assert_eq!(case.drop("b").load().feature_names, ["a"]);
    }
    let classes = Case::csv(&table(250, 3)).drop("b").task(Task::MultiClass);
    let problem = classes.fails_at(1, "y", "--task regression");
    assert_eq!(problem, DataProblem::TooManyCategories { distinct: 250, rows: 250 });
}

#[test]
fn tasks_that_do_not_fit_the_target() {
    let three = "a,y\n1,u\n2,v\n3,w\n";
    let two = "a,y\n1,u\n2,v\n3,u\n";
    let cases = [
        (Case::csv(three).task(Task::Regression), 2, "--task regression"),
        (Case::csv(three).task(Task::Binary), 1, "--task multi-class"),
        (Case::csv(two).task(Task::MultiClass), 1, "--task binary"),
    ];
    for (case, line, way_out) in cases {
        let problem = case.fails_at(line, "y", way_out);
        assert!(matches!(problem, DataProblem::WrongTask(_)), "{problem}");
    }
}

#[test]
fn two_classes_are_not_a_number_to_be_predicted() {
    let rows = (0..200).fold("a,y\n".to_string(), |all, i| all + &format!("{i},{i}.5\n"));
    let problem = Case::csv(&rows).task(Task::Binary).fails_at(1, "y", "--task regression");
    let text = "the target does not fit the task: binary means two classes, and there are 200 \
                distinct values";
    assert_eq!(problem.to_string(), text);
}

#[test]
fn several_targets_are_predicted_together() {
    let both = Case::csv(GOOD).target(Some("y, a")).load();
    assert_eq!((both.task, both.outputs()), (Task::Regression, 2));
    assert_eq!(
        both.targets,
        Targets::Values(RowMatrix::from_rows(3, 2, vec![10., 1., 11., 2., 12., 3.]))
    );
    assert_eq!((both.feature_names, both.target_name), (vec!["b".into()], "y, a".into()));
    let exact = Case::csv("\"a,b\",a,b\n1,5,10\n2,6,11\n3,7,12\n").target(Some("a,b")).load();
    assert_eq!(exact.feature_names, ["a", "b"]);

    let unknown = Case::csv(GOOD).target(Some("y,c")).fails_at(1, None, "--target");
    assert!(unknown.to_string().starts_with("there is no column 'c'"), "{unknown}");
    Case::csv(GOOD).target(Some("y,y")).fails_at(1, "y", "once");
    Case::csv(GOOD).target(Some("y,b")).drop("b").fails_at(1, "b", "--drop");
    Case::csv(GOOD).target(Some("a,b,y")).fails_at(1, None, "add a column");
    let text = Case::csv("a,b,y\n1,u,10\n2,v,11\n3,u,12\n").target(Some("y,b"));
    assert!(matches!(text.fails_at(2, "b", "--task multi-label"), DataProblem::WrongTask(_)));
    let mixed = Case::csv("a,b,y\n1,5,10\n2,v,11\n3,6,12\n").target(Some("y,b"));
    assert_eq!(mixed.fails_at(3, "b", "--target"), DataProblem::TextInNumericColumn("v".into()));
    let constant = Case::csv("a,b,y\n1,5,10\n2,5,11\n3,5,12\n").target(Some("y,b"));
    assert_eq!(constant.fails_at(1, "b", "--target"), DataProblem::ConstantColumn);
    let classes = Case::csv(GOOD).target(Some("y,b")).task(Task::MultiClass);
    let problem = classes.fails_at(1, "b", "--task multi-label").to_string();
    assert!(problem.contains("multi-class has one target column, and there are 2"), "{problem}");
}

#[test]
fn labels_are_columns_of_two_values() {
    let table = "a,rain,wind\n1,0,no\n2,1,yes\n3,1,no\n";
    let labels = |text: &str| Case::csv(text).target(Some("rain,wind")).task(Task::MultiLabel);
    let dataset = labels(table).load();
    assert_eq!((dataset.task, dataset.outputs()), (Task::MultiLabel, 2));
    assert_eq!(dataset.class_names, ["rain", "wind"]);
    assert_eq!(
        dataset.targets,
        Targets::Values(RowMatrix::from_rows(3, 2, vec![0., 0., 1., 1., 1., 0.]))
    );

    let third = labels(&format!("{table}4,1,maybe\n"));
    let problem = third.fails_at(5, "wind", "write 0 or 1").to_string();
    assert!(problem.contains("'maybe' is a third one"), "{problem}");
    labels(&format!("{table}4,2,no\n")).fails_at(5, "rain", "write 0 or 1");
    let alike = labels("a,rain,wind\n1,0,no\n2,1,no\n");
    assert_eq!(alike.fails_at(1, "wind", "--target"), DataProblem::ConstantColumn);
    let missing = labels(&format!("{table}4,,no\n"));
    assert_eq!(missing.fails_at(5, "rain", "--target"), DataProblem::MissingValue);
    let infinite = labels(&format!("{table}4,inf,no\n"));
    assert_eq!(infinite.fails_at(5, "rain", "--target"), DataProblem::NonFinite("inf".into()));
}

#[test]
fn sample_weights_are_numbers_of_at_least_0() {
    let weighted = |text: &str| Case::csv(text).sample_weights("b");
    let dataset = weighted(GOOD).load();
    assert_eq!(dataset.sample_weights, Some(vec![5.0, 6.0, 7.0]));
    assert_eq!(dataset.feature_names, ["a"]);

    let with = |cell: &str| weighted(&format!("{GOOD}4,{cell},13\n"));
    assert_eq!(with("-1").fails_at(5, "b", "write 0"), DataProblem::NegativeWeight("-1".into()));
    // Their sum would not be finite, and the mean of the losses 0.
    let large = with("1e308").fails_at(5, "b", "divide all weights");
    assert_eq!(large, DataProblem::LargeWeight("1e308".into()));
    assert_eq!(
        with("nan").fails_at(5, "b", "--sample-weights"),
        DataProblem::NonFinite("nan".into())
    );
    assert_eq!(with("").fails_at(5, "b", "--sample-weights"), DataProblem::MissingValue);
    let text = DataProblem::TextInNumericColumn("x".into());
    assert_eq!(with("x").fails_at(5, "b", "--sample-weights"), text);
    let words = weighted("a,b,y\n1,u,10\n2,v,11\n");
    let text = DataProblem::TextInNumericColumn("u".into());
    assert_eq!(words.fails_at(2, "b", "--sample-weights"), text);
    let nothing = weighted("a,b,y\n1,0,10\n2,0,11\n").fails_at(1, "b", "above 0");
    assert!(matches!(nothing, DataProblem::NoWeight(_)), "{nothing}");
    Case::csv(GOOD).sample_weights("c").fails_at(1, None, "--sample-weights");
    Case::csv(GOOD).sample_weights("y").fails_at(1, "y", "--sample-weights");
    weighted(GOOD).drop("b").fails_at(1, "b", "--sample-weights");
    weighted(GOOD).categorical("b").fails_at(1, "b", "--sample-weights");
    let images = images(&IMAGES).sample_weights("b").fails_at(None, None, "NPZ");
    assert!(matches!(images, DataProblem::Conflict(_)), "{images}");
}

#[test]
fn features_can_be_the_target() {
    let all = Case::csv(GOOD).target(Some("@features")).load();
    assert_eq!((all.task, all.outputs()), (Task::Regression, 3));
    assert_eq!(all.targets, Targets::Values(all.features.to_matrix().unwrap()));
    let fewer = Case::csv(GOOD).target(Some("@features")).drop("y").load();
    assert_eq!(fewer.feature_names, ["a", "b"]);
    assert_eq!(images(&IMAGES).target(Some("@features")).load().outputs(), 2);
    let classes = Case::csv(GOOD).target(Some("@features")).task(Task::Binary);
    classes.fails_at(1, None, "leave out `--task binary`");
}

#[test]
fn text_that_is_not_utf8() {
    let cell = Case::new("table.csv", b"a,b,y\n1,5,10\n2,\xe9,11\n");
    assert!(matches!(cell.fails_at(3, "b", "UTF-8"), DataProblem::Malformed(_)));
    let header = Case::new("table.csv", b"a,\xe9,y\n1,5,10\n2,6,11\n");
    assert!(matches!(header.fails_at(1, None, "UTF-8"), DataProblem::Malformed(_)));
}

#[test]
fn broken_gzip_streams() {
    let packed = gzip(GOOD.as_bytes());
    let mut corrupt = packed.clone();
    let checksum = packed.len() - 8;
    corrupt[checksum] ^= 1;
    let trailing = [&packed[..], b"more"].concat();
    for bytes in [&packed[..packed.len() - 4], &packed[..12], &corrupt, &trailing] {
        let problem = Case::new("table.csv.gz", bytes).fails_at(None, None, "unpacked");
        assert!(matches!(problem, DataProblem::Malformed(_)));
    }
}

/// Blank lines, quoted line breaks and CR-LF all move the line of the bad cell.
#[test]
fn lines_are_those_of_the_file() {
    let text = "a,b,y\n1,\"x\ny\",10\n\n\n2,z,11\n3,z,\n";
    Case::csv(text).fails_at(7, "y", "--target");
    Case::csv(&text.replace('\n', "\r\n")).fails_at(7, "y", "--target");
    Case::csv(&format!("\n\r\n{GOOD}4,,5")).fails_at(7, "b", "--drop b");
}

/// A quote left open must not swallow the rows after it.
#[test]
fn quotes_that_are_not_closed() {
    for text in [
        "a,y,b\n1,10,u\n2,11,\"v\n3,12,w\n",
        "a,y,b\r1,10,u\r2,11,\"v\r3,12,w\r",
        "a,y,b\n1,10,u\n2,11,\"v\n3,12,\"w\"\n4,13,u\n",
        "a,y,b\n1,10,u\n2,11,v\"\"\"\n\"3,12,w\n",
    ] {
        let error = Case::csv(text).error();
        assert!(matches!(error.place.line, Some(3 | 4)), "{text:?}: {error}");
    }
    let closed = Case::csv("a,y,b\n1,10,\"u \"\"1\"\"\n,\"\n2,11,v\n3,12,v\n").load();
    assert_eq!(closed.feature_names, ["a", "b=u \"1\"\n,", "b=v"]);
}

#[test]
fn quotes_that_close_within_their_cell() {
    for (row, cell) in
        [("\"1\"2,5,10", "cell 1"), ("1,\"ab\"c,10", "cell 2"), ("1,5,\"10", "cell 3")]
    {
        let case = Case::csv(&format!("a,b,y\n{row}"));
        let problem = case.fails_at(2, None, "close the quote");
        assert!(problem.to_string().contains(cell), "{problem}");
    }
    Case::csv("a,\"b\"x,y\n1,2,3\n").fails_at(1, None, "close the quote");
    let good =
        Case::csv("a,b,y\n\"1\" ,\"\"\"5\"\"\",10\n2,6\"7,11\n3,\"\"\"5\"\"\",\"12\"\n").load();
    assert_eq!(good.feature_names, ["a", "b=\"5\"", "b=6\"7"]);
    assert_eq!(good.features.to_matrix().unwrap().row(0), [1.0, 1.0, 0.0]);
}

#[test]
fn long_cells_are_cut_and_control_characters_escaped() {
    let long = "x".repeat(5000);
    let message = Case::csv(&format!("a,b,y\n1,5,10\n2,{long},11\n")).error().to_string();
    assert!(message.contains(&format!("'{}…' is not a number", "x".repeat(60))), "{message}");
    let message = Case::csv("a,b,y\n1,5,10\n2,\u{1b}[31m,11\n").error().to_string();
    assert!(message.contains("'\\u{1b}[31m' is not a number"), "{message}");
    let message = Case::csv(&format!("{long},y\n1,5\n,6\n")).error().to_string();
    assert!(message.chars().count() < 500, "{message}");
}

#[test]
fn random_bytes_never_panic() {
    let alphabet = b"a,y1\n\r\"; \x00\xff?-.e9\x1f\x8b";
    let mut state = 1_u64;
    for _ in 0..20_000 {
        let mut text = b"a,y\n".to_vec();
        for _ in 0..24 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            text.push(alphabet[(state >> 33) as usize % alphabet.len()]);
        }
        let options = losslab::data::CsvOptions { target: "y".into(), ..Default::default() };
        for start in [0, 4] {
            let _ = losslab::data::read_csv(&text[start..], "random", &options);
        }
    }
}

#[test]
fn files_that_cannot_be_opened() {
    let mut case = Case::csv(GOOD);
    let missing = case.folder.path().join("missing.csv");
    let DataSource::File { path, .. } = &mut case.source else { unreachable!() };
    path.clone_from(&missing);
    let message = case.source.load().unwrap_err().to_string();
    assert!(message.starts_with(&missing.display().to_string()), "{message}");
}

const IMAGES: [u8; 20] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 7, 8, 0, 255];
const LABELS: [u8; 10] = [0, 0, 8, 1, 0, 0, 0, 2, 5, 3];

fn images(bytes: &[u8]) -> Case {
    Case::new("my-images-idx3-ubyte", bytes).target(None)
}

fn write_labels(case: &Case, name: &str, bytes: &[u8]) -> PathBuf {
    let path = case.folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn images_and_labels_are_read_plain_or_packed() {
    let beside = images(&gzip(&IMAGES));
    write_labels(&beside, "my-labels-idx1-ubyte", &LABELS);
    let dataset = beside.load();
    assert_eq!(dataset.name, "my-images-idx3-ubyte");
    assert_eq!(dataset.features.to_matrix().unwrap().row(1), [0.0, 255.0]);
    assert_eq!(dataset.class_names, ["3", "5"]);
    let named = images(&IMAGES);
    let labels = write_labels(&named, "other", &gzip(&LABELS)).display().to_string();
    assert_eq!(named.target(Some(&labels)).load().targets, dataset.targets);
}

#[test]
fn images_without_fitting_labels() {
    let alone = images(&IMAGES);
    assert!(matches!(alone.fails_at(None, None, "--target FILE"), DataProblem::NoLabels(_)));
    let unusual = Case::new("pictures", &IMAGES).target(None);
    assert!(matches!(unusual.fails_at(None, None, "--target FILE"), DataProblem::NoLabels(_)));
    let case = images(&IMAGES);
    let labels = write_labels(&case, "my-labels-idx1-ubyte", &LABELS[..9]);
    assert_eq!(Path::new(&case.error().place.file), labels);
    write_labels(&case, "my-labels-idx1-ubyte", &LABELS);
    let problem = case.drop("p0_0").fails_at(None, None, "--drop");
    assert!(matches!(problem, DataProblem::Conflict(_)));
}

#[test]
fn quotes_within_a_line_that_do_not_match() {
    for cell in ["\"1\"2", "\"ab\"c"] {
        let text = format!("a,b,y\n1,5,10\n2,{cell},11\n3,7,12\n");
        let error = Case::csv(&text).error();
        assert_eq!(error.place.line, Some(3), "{cell}: {error}");
        assert!(matches!(error.problem, DataProblem::Malformed(_)), "{cell}: {error}");
    }
}

#[test]
fn other_separators_and_comments_are_recognised_in_every_error() {
    let semicolons = Case::csv("a;b;y\n1,5;2;3\n").error();
    assert!(semicolons.to_string().contains("';'"), "{semicolons}");
    let comment = Case::csv("# made by hand\na,b,y\n1,2,3\n").error();
    assert!(comment.to_string().contains("comment"), "{comment}");
}
