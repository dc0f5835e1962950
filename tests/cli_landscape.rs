//! `losslab landscape` from end to end, in temporary folders.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

fn landscape(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_losslab"));
    command.current_dir(folder).arg("landscape").args(arguments);
    command
}

fn output(folder: &Path, arguments: &[&str]) -> Output {
    landscape(folder, arguments).output().unwrap()
}

const SMALL: [&str; 8] = ["-p", "iris", "--budget", "20", "--points", "9", "-o", "out"];

fn small<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SMALL[..], more].concat()
}

/// The one JSON object that a run that must succeed prints.
fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = output(folder, &[arguments, &["--json", "-q"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn paths_on_a_plane_are_files_and_one_json_object() {
    let folder = tempfile::tempdir().unwrap();
    let found = json(folder.path(), &small(&["-s", "gd,lbfgs", "--curvature", "3"]));
    assert_eq!(found["directions"], "paths");
    assert_eq!(found["runs"].as_array().unwrap().len(), 2);
    assert_eq!(found["drawings"][0]["train_loss"].as_array().unwrap().len(), 81);
    assert_eq!(found["curvature"]["largest"].as_array().unwrap().len(), 9);
    let shares = &found["principal_components"];
    assert!(shares["shares"][0].as_f64().unwrap() > shares["shares"][1].as_f64().unwrap());
    assert!(shares["random_walk_shares"][0].as_f64().unwrap() > 0.3);
    let stems = [
        "contour",
        "largest-eigenvalue",
        "negative-ratio",
        "paths",
        "smallest-eigenvalue",
        "surface",
        "test-contour",
    ];
    let pictures = stems.iter().flat_map(|stem| [format!("{stem}.png"), format!("{stem}.svg")]);
    let mut expected: Vec<String> = pictures.collect();
    let others =
        ["environment.json", "landscape.json", "landscape.npz", "report.html", "spec.toml"];
    expected.extend(others.map(String::from));
    expected.sort();
    assert_eq!(files(&folder.path().join("out")), expected);
    // Another kind of picture takes the place of these.
    let line = small(&["-s", "lbfgs", "--directions", "random", "--line", "--draws", "2"]);
    let found = json(folder.path(), &line);
    assert_eq!(found["random"]["draws"], 2);
    assert_eq!(found["drawings"].as_array().unwrap().len(), 2);
    let expected = [
        "environment.json",
        "landscape.json",
        "landscape.npz",
        "paths.png",
        "paths.svg",
        "profile.png",
        "profile.svg",
        "report.html",
        "spec.toml",
    ];
    assert_eq!(files(&folder.path().join("out")), expected);
}

#[test]
fn what_cannot_be_drawn_is_refused_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("w.safetensors"), b"not weights").unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let cases: [(&[&str], &str); 11] = [
        (&["--directions", "gradient", "--draws", "2"], "--draws"),
        (&["--directions", "paths", "--biases"], "--biases"),
        (&["--points", "1"], "--points"),
        (&["--reach", "-2"], "--reach"),
        (&["--refine", "0"], "--refine"),
        (&["--draws", "0"], "--draws"),
        (&["--curvature", "1"], "--curvature"),
        (&["--point", "w.safetensors"], "--point"),
        (&["--run", "empty"], "two or more .safetensors"),
        (&["--run", "nowhere"], "nowhere"),
        (&["--weights", "w.safetensors"], "w.safetensors"),
    ];
    for (arguments, place) in cases {
        let arguments = [&["-p", "iris", "--budget", "5"][..], arguments].concat();
        let output = output(folder.path(), &arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(place), "{arguments:?}: {errors}");
    }
}

#[test]
fn a_surface_that_was_killed_goes_on_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    // Many points, so that there is time to kill.
    let arguments = ["-p", "iris", "-s", "lbfgs", "--budget", "10", "--points", "240", "-q"];
    let run = |output: &'static str| [&arguments[..], &["-o", output]].concat();
    let journal = folder.path().join("cut").join("landscape.journal");
    let mut child = landscape(folder.path(), &run("cut"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let size = || std::fs::metadata(&journal).map_or(0, |data| data.len());
    while size() < 20_000 && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it was too fast to be killed");
    assert!(size() >= 20_000);
    let kept = size();
    let again = output(folder.path(), &run("cut"));
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert!(!journal.exists() && kept > 0);
    assert!(output(folder.path(), &run("whole")).status.success());
    // The page shows the environment, which is another one.
    let is_compared = |file: &String| !["environment.json", "report.html"].contains(&file.as_str());
    for file in files(&folder.path().join("whole")).into_iter().filter(is_compared) {
        let [a, b] = ["cut", "whole"].map(|out| std::fs::read(folder.path().join(out).join(&file)));
        assert_eq!(a.unwrap(), b.unwrap(), "{file}");
    }
}
