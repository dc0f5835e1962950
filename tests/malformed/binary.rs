//! The program itself, with files that are malformed: exit code 2, one message that names the
//! file, nothing on standard output, no file left.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::listing;

const DEADLINE: Duration = Duration::from_secs(60);

/// What the program says on standard error when it refuses `arguments`.
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let before = listing(folder);
    let errors = tempfile::NamedTempFile::new().unwrap();
    let mut process = Command::new(env!("CARGO_BIN_EXE_losslab"))
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(errors.reopen().unwrap())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let status = loop {
        match process.try_wait().unwrap() {
            Some(status) => break status,
            None if start.elapsed() > DEADLINE => {
                process.kill().unwrap();
                panic!("{arguments:?} hangs");
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let message = String::from_utf8_lossy(&std::fs::read(errors.path()).unwrap()).into_owned();
    assert_eq!(status.code(), Some(2), "{arguments:?}: {message}");
    assert!(message.starts_with("error: ") && !message.contains("panicked"), "{message}");
    assert!(listing(folder) == before, "{arguments:?} left or changed files: {message}");
    message
}

/// Writes the file, and what the program says of it.
fn of_file(name: &str, contents: &[u8], arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), contents).unwrap();
    let message = refusal(folder.path(), arguments);
    assert!(message.contains(name), "{arguments:?} does not name {name}: {message}");
    message
}

const COMPARE: [&str; 5] = ["compare", "--spec", "s.toml", "-o", "out"];

#[test]
fn specifications_are_refused_by_file_and_line() {
    let problem = "[[problem]]\nname = \"iris\"\n";
    let layer = "[[problem]]\nname = \"digits-conv\"\n[[problem.layer]]\nkind = \"conv2d\"\n";
    for (contents, part) in [
        (b"\xff\xfe\x00".to_vec(), "s.toml: "),
        (b"budget = ".to_vec(), "s.toml, line 1"),
        (format!("{problem}hiden = [4]\n").into_bytes(), "s.toml, line 3"),
        (format!("{layer}channels = 2\nkernels = 3\n").into_bytes(), "kernels: there is no such"),
        (format!("{problem}[[solver]]\nname = \"lbfsg\"\n").into_bytes(), "s.toml, line 4"),
        (format!("{problem}hidden = [4]\nbudget = 1\n").into_bytes(), "s.toml, line 4"),
        // What is wrong only taken together, or beside the data.
        (b"".to_vec(), "s.toml, problem: there is none"),
        (problem.as_bytes().to_vec(), "s.toml, solver: there is none"),
        (
            format!("{problem}class_weights = [1.0]\n[[solver]]\nname = \"gd\"\n").into_bytes(),
            "s.toml, problem 'iris', class_weights",
        ),
        (
            format!("stop_at_target = true\n{problem}l2 = 0\n[[solver]]\nname = \"gd\"\n")
                .into_bytes(),
            "s.toml, problem 'iris', target_loss",
        ),
    ] {
        let message = of_file("s.toml", &contents, &COMPARE);
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn training_takes_seed_0_where_the_specification_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[[problem]]\nname = \"iris\"\n[[solver]]\nname = \"gd\"\n";
    std::fs::write(folder.path().join("s.toml"), text).unwrap();
    let train = |spec: &str| {
        Command::new(env!("CARGO_BIN_EXE_losslab"))
            .current_dir(folder.path())
            .args(["train", "--spec", spec, "--budget", "3", "-o", "out", "-q"])
            .output()
            .unwrap()
    };
    let output = train("s.toml");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let record = std::fs::read_to_string(folder.path().join("out/runs.jsonl")).unwrap();
    assert!(record.starts_with(r#"{"problem":"iris","solver":"gd","seed":0,"#), "{record}");
    std::fs::write(folder.path().join("two.toml"), format!("seeds = 2\n{text}")).unwrap();
    let errors = String::from_utf8(train("two.toml").stderr).unwrap();
    assert!(errors.contains("training takes one seed, and 2 are given"), "{errors}");
}

#[test]
fn data_and_weights_are_refused_by_file() {
    let train = |file| ["train", "--data", file, "--target", "y", "--budget", "3", "-o", "out"];
    let empty_zip = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    for (name, contents, part) in [
        ("a.csv", b"".as_slice(), "there are no rows"),
        ("a.csv", b"a,y\n1,2\n3,nan\n", "line 3, column 'y'"),
        ("a.npz", &empty_zip, "no array 'x'"),
        ("a.npz", b"", "it is no zip archive"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00", "gzip stream is broken"),
    ] {
        let message = of_file(name, contents, &train(name));
        assert!(message.contains(part), "{message}");
    }
    let weights = ["train", "-p", "iris", "--weights", "w.safetensors", "-o", "out"];
    for contents in [b"".as_slice(), &[255; 40], b"\x02\x00\x00\x00\x00\x00\x00\x00{}"] {
        of_file("w.safetensors", contents, &weights);
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("out")).unwrap();
    std::fs::write(folder.path().join("out/checkpoint.losslab"), b"losslab checkpoint 1\n")
        .unwrap();
    let message = refusal(folder.path(), &["train", "-p", "iris", "--resume", "-o", "out"]);
    assert!(message.contains("out/checkpoint.losslab: the file is damaged"), "{message}");
}
