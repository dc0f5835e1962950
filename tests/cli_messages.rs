//! What the binary says, where, how wide, and what it ends with.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use unicode_width::UnicodeWidthStr;

/// losslab in `folder`, without what the caller's environment says of terminals.
fn losslab(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_losslab"));
    for variable in ["COLUMNS", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

fn output(folder: &Path, arguments: &[&str]) -> Output {
    losslab(folder, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn code_and_error(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = output(folder, arguments);
    (output.status.code(), text(&output.stderr))
}

/// Every command that prints a table or measures something, on as little as it takes. The tables
/// of bench and anchors, which take long, have tests beside them.
const COMMANDS: [&str; 14] = [
    "compare -p iris,wine -s gd,lbfgs -s cg:beta=hager-zhang,line_search=hager-zhang --seeds 2 \
     --budget 8 -o compare",
    "train -p iris --budget 8 -o train",
    "tune -p iris -s gd -s adam:label=adam-with-a-long-label --points 2 --seeds 1 --budget 8 -o tune",
    "landscape -p iris --budget 6 --points 5 -o paths",
    "landscape -p iris -s lbfgs --directions extremes --points 5 --curvature 2 --budget 6 -o extremes",
    "spectrum -p iris --budget 8 --matrix all --layers --density-steps 10 -o spectrum",
    "spectrum -p iris --budget 8 -s gd --along 3 --no-density --no-sharpness -o along",
    "connect -p iris --budget 8 --points 5 --bezier-budget 20 --plane-points 3 -o connect",
    "verify train",
    "report compare",
    "list problems",
    "list solvers",
    "list data",
    "doctor",
];

#[test]
fn results_fit_the_width_and_quiet_silences_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    for (width, columns) in [(80, None), (60, Some("60"))] {
        for line in COMMANDS {
            let arguments: Vec<&str> = line.split_whitespace().chain(["-q"]).collect();
            let mut command = losslab(folder.path(), &arguments);
            command.envs(columns.map(|columns| ("COLUMNS", columns)));
            let output = command.output().unwrap();
            let (shown, said) = (text(&output.stdout), text(&output.stderr));
            assert!(output.status.success(), "{line}: {said}");
            assert_eq!(said, "", "{line}");
            assert!(!shown.is_empty(), "{line}");
            for shown in shown.lines() {
                assert!(shown.width() <= width, "{line}: {} columns: {shown}", shown.width());
            }
        }
    }
}

#[test]
fn verbose_tells_program_data_ends_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let table = "a,b,kind\n".to_owned()
        + &(0..60)
            .map(|i| format!("{i},{},{}\n", i * i % 7, ["x", "y", "z"][i % 3]))
            .collect::<String>();
    std::fs::write(folder.path().join("mine.csv"), table).unwrap();
    let line = "train --data mine.csv --target kind --drop b --hidden 3 --budget 5 -o out";
    for (position, arguments) in
        [("-v", format!("-v {line}")), ("behind", format!("{line} --verbose"))]
    {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let output = output(folder.path(), &arguments);
        let said = text(&output.stderr);
        for part in [
            concat!("losslab ", env!("CARGO_PKG_VERSION")),
            " build by rustc ",
            " threads",
            "mine: 60 rows; 1 feature; multi-class target kind; classes x, y, z; left out b; ",
            "network 1-3-3 tanh with 18 parameters",
            "mine · lbfgs · seed 0: budget-spent, loss ",
            "wrote out/spec.toml (",
            "wrote out/weights.safetensors (",
        ] {
            assert!(said.contains(part), "{position}: no {part:?} in {said}");
        }
    }
    // Of one thread there is one.
    let one = output(folder.path(), &["list", "data", "-v"]);
    assert_eq!(text(&one.stderr), "");
}

#[test]
fn without_a_terminal_there_is_neither_bar_nor_colour() {
    let folder = tempfile::tempdir().unwrap();
    let run = "compare -p iris -s gd,cg --seeds 1 --budget 20 -o out";
    let run: Vec<&str> = run.split_whitespace().collect();
    let said = output(folder.path(), &run);
    let said = text(&said.stderr);
    assert!(said.starts_with("iris: 2 runs finished\n"), "{said}");
    assert!(!said.contains(['\r', '\u{1b}']), "{said:?}");
    let error = |variables: &[(&str, &str)]| {
        let mut command = losslab(folder.path(), &["train", "-p", "iriss"]);
        text(&command.envs(variables.iter().copied()).output().unwrap().stderr)
    };
    assert!(
        error(&[]).starts_with("error: there is no problem named 'iriss'; did you mean 'iris'?")
    );
    let coloured = error(&[("CLICOLOR_FORCE", "1")]);
    assert!(coloured.starts_with("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m there"), "{coloured:?}");
    assert!(coloured.contains("'\u{1b}[32miris\u{1b}[0m'?"), "{coloured:?}");
}

/// What a command writes to a terminal, by script(1) of util-linux; nothing where that is not.
#[cfg(target_os = "linux")]
fn on_terminal(folder: &Path, arguments: &str, variables: &[(&str, &str)]) -> Option<String> {
    let line = format!("{} {arguments}", env!("CARGO_BIN_EXE_losslab"));
    let mut command = Command::new("script");
    for variable in ["COLUMNS", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.env("TERM", "xterm-256color").envs(variables.iter().copied());
    command.current_dir(folder).args(["-qec", &line, "/dev/null"]).stdin(Stdio::null());
    command.output().ok().map(|output| text(&output.stdout))
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_has_a_bar_and_colours_unless_they_are_unwanted() {
    let folder = tempfile::tempdir().unwrap();
    let run = "compare -p iris -s gd --seeds 1 --budget 2000 -o out";
    let Some(seen) = on_terminal(folder.path(), run, &[]) else { return };
    assert!(seen.contains("iris · gd · seed 0") && seen.contains('\r'), "{seen:?}");
    let quiet = on_terminal(folder.path(), &format!("{run} -q"), &[]).unwrap();
    assert!(!quiet.contains("seed 0 ·") && !quiet.contains("charts"), "{quiet:?}");
    let wrong = "train -p iriss";
    let error = on_terminal(folder.path(), wrong, &[]).unwrap();
    assert!(error.contains("\u{1b}[31merror:"), "{error:?}");
    let plain = on_terminal(folder.path(), wrong, &[("NO_COLOR", "1")]).unwrap();
    assert!(plain.starts_with("error: there is no problem"), "{plain:?}");
    let well = on_terminal(folder.path(), "doctor", &[]).unwrap();
    assert!(well.contains("\u{1b}[32mok\u{1b}[0m"), "{well:?}");
}

#[test]
fn exit_codes_are_those_of_the_documentation() {
    let folder = tempfile::tempdir().unwrap();
    let code = |line: &str| {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        code_and_error(folder.path(), &arguments)
    };
    assert_eq!(code("train -p iris --budget 5 -o out -q").0, Some(0));
    assert_eq!(code("verify out -q").0, Some(0));
    let records = folder.path().join("out/runs.jsonl");
    let text = std::fs::read_to_string(&records).unwrap();
    std::fs::write(&records, text.replace("\"iterations\":", "\"iterations\":1")).unwrap();
    assert_eq!(code("verify out -q").0, Some(1));
    // A plain file, where a folder would have to be.
    std::fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(code("eval -p iris -o file/out.safetensors").0, Some(1));
    assert_eq!(code("doctor -o file").0, Some(1));
    for wrong in [
        "train -p iriss",
        "train --budgett 3",
        "trian",
        "verify nowhere",
        "man file",
        "doctor -j 0",
        "-q -v",
    ] {
        let (code, error) = code(wrong);
        assert_eq!(code, Some(2), "{wrong}: {error}");
        assert!(error.starts_with("error: "), "{wrong}: {error}");
    }
    for asked in ["--help", "--version", "compare --help", "list data"] {
        assert_eq!(code(asked), (Some(0), String::new()), "{asked}");
    }
}

#[test]
fn misspelt_names_are_suggested() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), "Area,rooms,price\n1,2,3\n2,2,4\n3,1,5\n").unwrap();
    let spec = "budgett = 3\n\n[[problem]]\nname = \"iris\"\n\n[[solver]]\nname = \"cg\"\n";
    std::fs::write(folder.path().join("key.toml"), spec).unwrap();
    let spec = spec.replace("budgett", "budget").replace("[[solver]]", "[[solvers]]");
    std::fs::write(folder.path().join("table.toml"), &spec).unwrap();
    let spec = spec.replace("[[solvers]]", "[[solver]]").replace("\"cg\"", "\"cg\"\nbta = 1");
    std::fs::write(folder.path().join("setting.toml"), spec).unwrap();
    for (line, meant) in [
        ("compre", "'compare'"),
        ("doctr", "'doctor'"),
        ("iris", "losslab compare -p iris"),
        ("lbfgs", "losslab compare -s lbfgs"),
        ("--verbos", "'--verbose'"),
        ("compare --bugdet 3", "'--budget'"),
        ("compare -p Digits", "did you mean 'digits'?"),
        ("compare -s lbgfs", "did you mean 'lbfgs'?"),
        ("compare -s cg:bta=x", "did you mean 'beta'?"),
        ("compare -s cg:beta=fletcher", "did you mean 'fletcher-reeves'?"),
        ("compare -s gd:schedule=cosin", "did you mean 'cosine'?"),
        ("compare --activation tahn", "'tanh'"),
        ("compare --loss crossentropy", "'cross-entropy'"),
        ("compare --data t.csv --target prise", "did you mean 'price'?"),
        ("compare --data t.csv --target price --drop area", "did you mean 'Area'?"),
        ("compare --data t.csv --target price --categorical romms", "did you mean 'rooms'?"),
        ("compare --spec key.toml", "did you mean 'budget'?"),
        ("compare --spec table.toml", "did you mean 'solver'?"),
        ("compare --spec setting.toml", "did you mean 'beta'?"),
        ("tune --tune learning_rat=1..2", "did you mean 'learning_rate'?"),
        ("tune --search radnom", "'random'"),
        ("spectrum --matrix hesian", "'hessian'"),
        ("connect --fit lbgfs", "did you mean 'lbfgs'?"),
        ("bench --ranks -p mnst5k", "did you mean 'mnist5k'?"),
        ("list solver", "'solvers'"),
        ("completions bsh", "'bash'"),
    ] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let (code, error) = code_and_error(folder.path(), &arguments);
        assert_eq!(code, Some(2), "{line}: {error}");
        assert!(error.contains(meant), "{line}: no {meant} in {error}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_is_written_by_one_command_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let long = ["train", "-p", "iris", "-s", "gd", "--budget", "1e9", "-o", "out", "-q"];
    let mut first = losslab(folder.path(), &long).stdout(Stdio::null()).spawn().unwrap();
    while !folder.path().join("out").exists() {
        assert_eq!(first.try_wait().unwrap(), None, "it ended by itself");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    std::thread::sleep(std::time::Duration::from_millis(100));
    for command in ["train", "compare", "spectrum"] {
        let second = [command, "-p", "iris", "--budget", "5", "-o", "out"];
        let (code, error) = code_and_error(folder.path(), &second);
        assert_eq!(code, Some(2), "{command}: {error}");
        assert!(error.contains("out: another process is at work in this folder"), "{error}");
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let (code, error) = code_and_error(folder.path(), &["train", "-p", "iris", "-o", "out"]);
    assert_eq!(code, Some(0), "{error}");
}
