//! Layers in a specification: read, written, refused.

use crate::data::DataSource;
use crate::lab::{ExperimentSpec, ProblemSettings, ProblemSpec, problems};
use crate::model::{Activation, Initialisation, LayerKind, LayerSpec, Window};

/// A problem on the embedded digits; its layers begin at line 4.
const HEAD: &str = "[[problem]]\nname = \"mine\"\ndata = \"digits\"\n";

fn read(text: &str) -> ProblemSpec {
    let spec = ExperimentSpec::from_toml(text, "spec.toml");
    spec.unwrap_or_else(|error| panic!("{text}\n{error}")).problems.remove(0)
}

fn message(text: &str) -> String {
    match ExperimentSpec::from_toml(text, "spec.toml") {
        Ok(spec) => panic!("{text:?} was read as {spec:?}"),
        Err(error) => error.to_string(),
    }
}

/// One line per key of a layer.
fn table(keys: &str) -> String {
    format!("[[problem.layer]]\n{}\n", keys.replace("; ", "\n"))
}

fn layer(kind: LayerKind) -> LayerSpec {
    LayerSpec { kind, activation: None }
}

#[test]
fn layers_of_every_kind_are_read_and_written_back() {
    let layers = [
        "kind = \"conv2d\"; channels = 4; kernel = [3, 2]; stride = 2; padding = [1, 0]; \
         bias = false; activation = \"gelu\"",
        "kind = \"conv2d\"; channels = 2; kernel = 1",
        "kind = \"avg_pool2d\"; kernel = 2; stride = [1, 2]",
        "kind = \"max_pool2d\"; kernel = [2, 1]",
        "kind = \"flatten\"",
        "kind = \"dense\"; units = 6",
        "kind = \"dense\"; units = 6; bias = false; activation = \"sin\"",
        "kind = \"dense\"; share = 6; activation = \"tanh\"",
        "kind = \"dense\"; share = 6; transpose = true; bias = false",
        "kind = \"dense\"",
    ];
    let text =
        format!("{HEAD}input = [1, 8, 8]\nactivation = \"relu\"\n{}", layers.map(table).concat());
    let window = |kernel, stride| Window { kernel, stride };
    let expected = [
        layer(LayerKind::Conv2d {
            channels: 4,
            window: window([3, 2], [2, 2]),
            padding: [1, 0],
            bias: false,
        })
        .with_activation(Activation::Gelu),
        layer(LayerKind::Conv2d {
            channels: 2,
            window: window([1, 1], [1, 1]),
            padding: [0, 0],
            bias: true,
        }),
        layer(LayerKind::AvgPool2d(window([2, 2], [1, 2]))),
        layer(LayerKind::MaxPool2d(window([2, 1], [2, 1]))),
        layer(LayerKind::Flatten),
        LayerSpec::dense(6),
        layer(LayerKind::Dense { units: Some(6), bias: false }).with_activation(Activation::Sin),
        layer(LayerKind::Shared { layer: 6, transpose: false }).with_activation(Activation::Tanh),
        layer(LayerKind::Shared { layer: 6, transpose: true }),
        layer(LayerKind::Dense { units: None, bias: true }),
    ];
    let problem = read(&text);
    assert_eq!(problem.layers.as_deref(), Some(&expected[..]));
    assert_eq!((problem.hidden.len(), &problem.input), (0, &Some(vec![1, 8, 8])));
    assert_eq!(problem.initialisation, Initialisation::He);

    let spec = ExperimentSpec::new("spec", vec![problem], problems::default_solvers());
    let written = spec.to_toml();
    assert_eq!(ExperimentSpec::from_toml(&written, "spec.toml").unwrap(), spec, "{written}");
    for part in [
        "input = [1, 8, 8]\n",
        "kind = \"conv2d\"\nchannels = 2\nkernel = [1, 1]\nstride = [1, 1]\npadding = [0, 0]\n\
         bias = true\n",
        "kind = \"max_pool2d\"\nkernel = [2, 1]\nstride = [2, 1]\n",
        "kind = \"dense\"\nshare = 6\ntranspose = false\nactivation = \"tanh\"\n",
        "kind = \"dense\"\nbias = true\n\n[[solver]]",
    ] {
        assert!(written.contains(part), "{written}\nlacks {part}");
    }
    assert!(!written.contains("hidden"), "{written}");
}

#[test]
fn built_in_problems_are_written_and_read_back() {
    let spec = ExperimentSpec::new("all", problems::all(), problems::default_solvers());
    assert_eq!(ExperimentSpec::from_toml(&spec.to_toml(), "all.toml").unwrap(), spec);
}

#[test]
fn a_wrong_layer_is_refused_at_its_line() {
    let dense = "kind = \"dense\"; ";
    for (keys, line, part) in [
        ("units = 3", 4, "layer 0, kind: it is missing; add kind"),
        ("kind = \"dence\"", 5, "layer 0, kind: there is no 'dence'; did you mean 'dense'?"),
        ("kind = 3", 5, "layer 0, kind: 3 is not a text in quotes"),
        (
            "kind = \"dense\"; unit = 3",
            6,
            "layer 0 (dense), unit: there is no such key here; did \
          you mean 'units'? The names are kind, units, bias, share, transpose, activation",
        ),
        (
            "kind = \"conv2d\"; units = 3; channels = 1; kernel = 1",
            6,
            "(conv2d), units: there is no \
          such key here; the names are kind, channels, kernel, stride, padding, bias, activation",
        ),
        ("kind = \"flatten\"; kernel = 3", 6, "(flatten), kernel: there is no such key here"),
        ("kind = \"dense\"; units = 0", 6, "layer 0 (dense), units: 0 is out of range; give at"),
        ("kind = \"dense\"; units = -1", 6, "units: -1 is not a whole number of at least 0"),
        ("kind = \"dense\"; bias = 1", 6, "bias: 1 is not true or false"),
        ("kind = \"dense\"; activation = \"reLU\"", 6, "activation: there is no 'reLU'; did you"),
        ("kind = \"dense\"; transpose = true", 6, "transpose: there is no share"),
        ("kind = \"dense\"; share = 0; units = 3", 7, "units: the parameters are those of layer 0"),
        ("kind = \"dense\"; share = 0; bias = true", 7, "bias: the parameters are those of layer"),
        ("kind = \"dense\"; share = 0", 6, "layer 0 (dense), share: layer 0 is no earlier dense"),
        ("kind = \"conv2d\"; kernel = 3", 4, "layer 0 (conv2d), channels: it is missing"),
        ("kind = \"conv2d\"; channels = 0; kernel = 3", 6, "channels: 0 is out of range"),
        ("kind = \"conv2d\"; channels = 3", 4, "kernel: it is missing; add kernel = 2, say"),
        ("kind = \"conv2d\"; channels = 3; kernel = [3, 0]", 7, "kernel: 0 is out of range"),
        (
            "kind = \"conv2d\"; channels = 3; kernel = [3]",
            7,
            "kernel: [3] is not a whole number or \
          [height, width]",
        ),
        ("kind = \"conv2d\"; channels = 3; kernel = 3.5", 7, "kernel: 3.5 is not a whole number"),
        ("kind = \"conv2d\"; channels = 3; kernel = 3; stride = 0", 8, "stride: 0 is out of range"),
        ("kind = \"conv2d\"; channels = 3; kernel = 3; padding = -1", 8, "padding: -1 is not a"),
        ("kind = \"avg_pool2d\"; kernel = 2; stride = [0, 1]", 7, "stride: 0 is out of range"),
        (
            "kind = \"max_pool2d\"; kernel = 2; activation = \"relu\"",
            7,
            "activation: a layer of \
          kind max_pool2d has none; put the activation on the layer before it",
        ),
        ("kind = \"flatten\"; activation = \"relu\"", 6, "activation: a layer of kind flatten"),
        ("kind = \"max_pool2d\"; kernel = 2; padding = 1", 7, "padding: there is no such key here"),
    ] {
        let message = message(&(HEAD.to_owned() + &table(keys)));
        let start = format!("spec.toml, line {line}, problem 'mine', layer 0");
        assert!(message.starts_with(&start), "{keys} gave {message}");
        assert!(message.contains(part), "{keys} gave {message}\nwithout {part}");
    }
    for (second, line, part) in [
        (
            "kind = \"dense\"; share = 1",
            9,
            "layer 1 (dense), share: layer 1 is no earlier dense \
          layer with parameters of its own; share a dense layer, 0 (the first",
        ),
        (
            "kind = \"dense\"; share = 0; transpose = true; bias = false",
            11,
            "bias: false is not what \
          layer 0 has",
        ),
    ] {
        let text = HEAD.to_owned() + &table(&format!("{dense}units = 3")) + &table(second);
        let message = message(&text);
        let start = format!("spec.toml, line {line}, problem 'mine', layer 1 (dense), ");
        assert!(message.starts_with(&start), "{second} gave {message}");
        assert!(message.contains(part), "{second} gave {message}\nwithout {part}");
    }
    let unfinished = message(&(HEAD.to_owned() + &table("kind = \"dense\"").repeat(2)));
    let part = "line 4, problem 'mine', layer 0 (dense), units: they are missing";
    assert!(unfinished.contains(part), "{unfinished}");
}

#[test]
fn a_network_is_described_once() {
    let layers = table("kind = \"dense\"");
    for (text, part) in [
        (
            format!("{HEAD}hidden = []\n{layers}"),
            "line 4, problem 'mine', hidden: there are layers",
        ),
        (format!("{HEAD}layer = []\n"), "line 4, problem 'mine', layer: there is none"),
        (format!("{HEAD}layer = 3\n"), "layer: 3 is not one or more tables"),
        (format!("{HEAD}input = [64]\n"), "line 4, problem 'mine', input: there are no layers"),
        (format!("{HEAD}input = [8, 8]\n{layers}"), "input: [8, 8] is no shape of a sample"),
        (format!("{HEAD}input = [0]\n{layers}"), "input: [0] is no shape of a sample"),
        (format!("{HEAD}input = 64\n{layers}"), "input: 64 is not a list"),
    ] {
        let message = message(&text);
        assert!(message.contains(part), "{text} gave {message}");
    }
    let both = ProblemSpec {
        layers: Some(LayerSpec::fully_connected(&[])),
        ..ProblemSpec::new("both", DataSource::Embedded { name: "iris".into() })
    };
    assert!(both.validate().unwrap_err().to_string().contains("problem 'both', hidden: there are"));
    let pool = LayerKind::MaxPool2d(Window { kernel: [0, 1], stride: [1, 1] });
    let zero = ProblemSpec { hidden: Vec::new(), layers: Some(vec![layer(pool)]), ..both };
    let message = zero.validate().unwrap_err().to_string();
    assert!(message.starts_with("problem 'both', layer 0 (max_pool2d), kernel: 0"), "{message}");
}

#[test]
fn hidden_and_layers_replace_each_other() {
    let conv = problems::find("digits-conv").unwrap();
    let hidden = ProblemSettings { hidden: Some(vec![5]), ..Default::default() };
    let flat = hidden.apply_to(ProblemSpec { input: Some(vec![1, 8, 8]), ..conv.clone() }).unwrap();
    assert_eq!((&flat.hidden, &flat.layers, &flat.input), (&vec![5], &None, &None));
    let layers = ProblemSettings { layers: conv.layers.clone(), ..Default::default() };
    // The reference of a network that was changed in between does not come back.
    assert_eq!(layers.apply_to(flat).unwrap(), ProblemSpec { reference: None, ..conv.clone() });
    let both = ProblemSettings { hidden: Some(vec![5]), layers: conv.layers, ..Default::default() };
    both.apply_to(problems::find("digits").unwrap()).unwrap_err();
    let own = read("[[problem]]\nname = \"digits-conv\"\ndata = \"digits\"\nl2 = 0\n");
    assert!(own.layers.is_some());
}

#[test]
fn a_network_must_fit_the_data() {
    let digits = DataSource::Embedded { name: "digits".into() }.load().unwrap();
    let flatten = table("kind = \"flatten\"");
    let dense = table("kind = \"dense\"");
    let conv = table("kind = \"conv2d\"; channels = 2; kernel = 3");
    for (text, part) in [
        (
            format!("input = [1, 8, 9]\n{flatten}{dense}"),
            "problem 'mine', input: [1, 8, 9] has 72 \
          numbers, and a row has 64 features; give a shape",
        ),
        (format!("input = [9223372036854775807, 4, 4]\n{flatten}{dense}"), "input: "),
        (format!("{conv}{dense}"), "problem 'mine', layer 1 (dense): an image of 2 × 6 × 6"),
        (format!("input = [64]\n{conv}"), "problem 'mine', layer 0 (conv2d): a row of 64 numbers"),
        (
            format!("{dense}{}", table("kind = \"dense\"; units = 3")).replacen(
                "\"dense\"",
                "\"dense\"\nunits = 3",
                1,
            ),
            "layer 1 (dense): the network ends in 3 numbers, and the data ask for 10",
        ),
        (table("kind = \"conv2d\"; channels = 2; kernel = 9"), "its kernel of 9 × 9 is larger"),
        (
            format!(
                "{}{flatten}{dense}",
                table(
                    "kind = \"conv2d\"; channels = 1; kernel = [274877906944, 274877906944]; \
             padding = 137438953472"
                )
            ),
            "layer 0 (conv2d): it is too large",
        ),
        (
            format!("{}{flatten}{dense}", table("kind = \"conv2d\"; channels = 30000; kernel = 3")),
            "problem 'mine', layer: the network would have 11100010 parameters",
        ),
        (
            table("kind = \"dense\"; units = 200000") + &dense,
            "problem 'mine', layer: the network \
          would have 15000010 parameters or more; make its layers smaller: at most 10000000",
        ),
        (
            format!(
                "{}{}{flatten}{dense}",
                table("kind = \"conv2d\"; channels = 1; kernel = 1; padding = 2000"),
                table("kind = \"max_pool2d\"; kernel = 4008")
            ),
            "problem 'mine', layer: one sample would leave",
        ),
        // 1607² numbers would be 1.3 GB per thread and buffer.
        (
            format!(
                "{}{}{flatten}{dense}",
                table("kind = \"conv2d\"; channels = 1; kernel = 2; padding = 800"),
                table("kind = \"max_pool2d\"; kernel = 1607")
            ),
            "problem 'mine', layer: one sample would leave",
        ),
        (
            format!(
                "{}{}{flatten}{dense}",
                table("kind = \"conv2d\"; channels = 1; kernel = 8; padding = 300"),
                table("kind = \"max_pool2d\"; kernel = 601")
            ),
            "layer 0 (conv2d): its windows would hold 23116864 numbers of one sample; make kernel",
        ),
    ] {
        let message = match read(&format!("{HEAD}{text}")).network(&digits) {
            Ok(network) => format!("it is {}", network.describe()),
            Err(error) => error.to_string(),
        };
        assert!(message.contains(part), "{text} gave {message}\nwithout {part}");
    }
    // Without `input` an image is a row where the first layer takes a row.
    for (layers, network) in [
        (dense.clone(), "64-10"),
        (format!("{flatten}{dense}"), "1×8×8, 10"),
        (format!("{conv}{flatten}{dense}"), "1×8×8, conv2d 2 (3×3), 10; tanh"),
    ] {
        let found = read(&format!("{HEAD}{layers}")).network(&digits).unwrap();
        assert_eq!(found.describe(), network);
    }
}

#[test]
fn a_run_that_would_keep_more_than_fits_in_memory_is_refused() {
    let mut problem = problems::find("digits").unwrap();
    problem.hidden = vec![100_000];
    problem.check_tape(&problem.data.load().unwrap(), 1).unwrap();
    problem.data = DataSource::Embedded { name: "california".into() };
    let message = problem.check_tape(&problem.data.load().unwrap(), 1).unwrap_err().to_string();
    assert!(message.contains("20640 rows would leave 2064020640 numbers"), "{message}");
}
