use super::*;

fn layer(kind: LayerKind) -> LayerSpec {
    LayerSpec { kind, activation: None }
}

fn conv(channels: usize, kernel: usize, stride: usize, padding: usize) -> LayerSpec {
    let window = Window { kernel: [kernel; 2], stride: [stride; 2] };
    layer(LayerKind::Conv2d { channels, window, padding: [padding; 2], bias: true })
}

fn shared(layer: usize, transpose: bool) -> LayerSpec {
    self::layer(LayerKind::Shared { layer, transpose })
}

fn last() -> LayerSpec {
    layer(LayerKind::Dense { units: None, bias: true })
}

fn pool(kernel: usize, stride: usize) -> LayerSpec {
    layer(LayerKind::MaxPool2d(Window { kernel: [kernel; 2], stride: [stride; 2] }))
}

fn message(input: &[usize], specs: &[LayerSpec], outputs: usize) -> String {
    build(input, specs, Activation::Tanh, outputs).unwrap_err().to_string()
}

#[test]
fn an_image_network_has_the_shapes_that_pytorch_gives() {
    // torch.nn.Conv2d(1, 4, 3, stride=2, padding=1), MaxPool2d(2, 2) on 1 × 28 × 28.
    let specs = [conv(4, 3, 2, 1), pool(2, 2), layer(LayerKind::Flatten), last()];
    let network = build(&[1, 28, 28], &specs, Activation::Relu, 10).unwrap();
    let outputs: Vec<usize> = network.layers.iter().map(|layer| layer.outputs).collect();
    assert_eq!(outputs, [4 * 14 * 14, 4 * 7 * 7, 10]);
    assert_eq!(network.dimension, 4 * 9 + 4 + 196 * 10 + 10);
    assert_eq!(network.layers[2].index, 3, "flatten counts in the list");
    assert_eq!(network.layers[0].weight_shape(), [4, 1, 3, 3]);
    let activations: Vec<Activation> = network.layers.iter().map(|l| l.activation).collect();
    assert_eq!(activations, [Activation::Relu, Activation::Identity, Activation::Identity]);
    assert_eq!(
        network.describe(),
        "1×28×28, conv2d 4 (3×3, stride 2, padding 1), max_pool2d (2×2), 10; relu"
    );
}

#[test]
fn a_description_leaves_out_only_defaults() {
    let window = Window { kernel: [3, 1], stride: [1, 2] };
    let bare = layer(LayerKind::Conv2d { channels: 2, window, padding: [0, 1], bias: false });
    let end = last().with_activation(Activation::Sigmoid);
    let network =
        build(&[1, 8, 8], &[bare, pool(2, 1), layer(LayerKind::Flatten), end], Activation::Elu, 3);
    assert_eq!(
        network.unwrap().describe(),
        "1×8×8, conv2d 2 (3×1, stride 1×2, padding 0×1) without bias, max_pool2d (2×2, stride 1), \
         3 sigmoid; elu"
    );
    let bare = layer(LayerKind::Dense { units: Some(4), bias: false });
    let network = build(&[5], &[bare, last()], Activation::Tanh, 3).unwrap();
    assert_eq!(network.describe(), "5, 4 without bias, 3; tanh");
}

#[test]
fn shared_layers_have_no_parameters_of_their_own_but_a_transposed_ones_bias() {
    let specs = [LayerSpec::dense(3), LayerSpec::dense(3), shared(1, false), shared(0, true)];
    let network = build(&[5], &specs, Activation::Tanh, 5).unwrap();
    assert_eq!(network.dimension, (5 * 3 + 3) + (3 * 3 + 3) + 5);
    let [first, second, again, tied] = network.layers.as_slice() else { panic!() };
    assert_eq!((&again.weight, &again.bias), (&second.weight, &second.bias));
    assert_eq!((&tied.weight, tied.bias.len()), (&first.weight, 5));
    let last: Vec<bool> = network.layers.iter().map(|layer| layer.last_with_weight).collect();
    assert_eq!(last, [false, false, true, true]);
    assert_eq!(tied.weight_shape(), first.weight_shape());
    assert_eq!(network.weights().count(), 2);
}

#[test]
fn a_transposed_layer_without_a_bias_has_nothing_of_its_own() {
    let bare = layer(LayerKind::Dense { units: Some(3), bias: false });
    let network = build(&[5], &[bare, shared(0, true)], Activation::Tanh, 5).unwrap();
    let names: Vec<(usize, &str)> = network.tensors().iter().map(|t| (t.layer, t.part)).collect();
    assert_eq!((names.as_slice(), network.dimension), (&[(0, "weight")][..], 15));
}

#[test]
fn errors_name_the_layer_and_the_way_out() {
    let found = message(&[64], &[conv(4, 3, 1, 0), last()], 10);
    assert!(found.starts_with("layer 0 (conv2d): a row of 64 numbers comes in"), "{found}");
    let found = message(&[1, 8, 8], &[conv(4, 3, 1, 0), last()], 10);
    assert!(found.starts_with("layer 1 (dense): an image of 4 × 6 × 6 comes in"), "{found}");
    assert!(found.contains("put a flatten layer"), "{found}");
    let found = message(&[1, 8, 8], &[conv(4, 11, 1, 1), last()], 10);
    assert!(found.contains("kernel of 11 × 11 is larger than the image of 8 × 8"), "{found}");
    let found = message(&[1, 8, 8], &[pool(9, 1), last()], 10);
    assert!(found.ends_with("the image of 8 × 8; make the kernel smaller"), "{found}");
    let found = message(&[1, 8, 8], &[conv(4, 3, 0, 0), last()], 10);
    assert!(found.contains("kernel or stride is 0"), "{found}");
    let found = message(&[5], &[LayerSpec::dense(3), shared(0, false), last()], 2);
    assert!(found.starts_with("layer 1 (dense): the weight of layer 0 takes 5"), "{found}");
    let found = message(&[5], &[LayerSpec::dense(3), shared(1, false), last()], 2);
    assert!(found.contains("share one of the dense layers 0"), "{found}");
    let found = message(&[5], &[LayerSpec::dense(0), last()], 2);
    assert!(found.contains("width is 0"), "{found}");
    let found = message(&[5], &[last(), last()], 2);
    assert!(found.starts_with("layer 0 (dense): it has no width"), "{found}");
    let found = message(&[5], &[LayerSpec::dense(3)], 2);
    assert!(found.contains("ends in 3 numbers, and the data ask for 2"), "{found}");
    let found = message(&[2], &[layer(LayerKind::Flatten)], 2);
    assert!(found.contains("no layer") || found.contains("no parameters"), "{found}");
    let found = message(&[1, 8, 8], &[pool(2, 2).with_activation(Activation::Relu), last()], 10);
    assert!(found.contains("no activation"), "{found}");
    let found = message(&[5, 5], &[last()], 2);
    assert!(found.starts_with("input: [5, 5] is no shape"), "{found}");
    let found = message(&[5], &[LayerSpec::dense(usize::MAX), last()], 2);
    assert!(found.contains("too large"), "{found}");
    assert!(message(&[5], &[], 2).contains("no layer"));
}
