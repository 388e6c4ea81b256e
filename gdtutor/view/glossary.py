"""The words of the field, one sentence each: what Help shows behind the notation."""

from __future__ import annotations

_TABLE = (
    ("activation", "what a neuron makes of its weighted sum: a bend such as sigmoid, tanh or relu"),
    ("backpropagation", "the chain rule from the loss back: one pass for all gradients"),
    ("batch", "the examples that one update looks at; all of them are a full batch"),
    ("bias", "a number added to the weighted sum: minus the threshold of the neuron"),
    ("chain rule", "the slope of a composition is the product of the slopes along the way"),
    ("computational graph", "the formulas as nodes, with an edge for every use of a value"),
    ("cost", "the mean of the losses of a batch; J(θ) in other books"),
    ("decision boundary", "where the prediction passes its threshold, in the plane of the inputs"),
    ("deep learning", "training networks with more than one hidden layer"),
    ("dot product", "the sum of products, entry by entry; what a neuron does to its inputs"),
    ("epoch", "one pass over all examples"),
    ("feature", "an input of a network, given or made from others"),
    ("feature engineering", "making inputs by hand, such as x₁ × x₂, so that a line is enough"),
    ("feedforward", "without loops: every value depends on earlier ones alone"),
    ("forward pass", "computing all values from the inputs to the loss"),
    ("fully connected", "a layer in which every neuron sees every value of the one before"),
    ("gradient", "how steeply the loss grows with a value; all of them together point uphill"),
    ("gradient descent", "taking steps against the gradient, each α times as long"),
    ("hidden layer", "neurons between inputs and output, whose targets nobody gives"),
    ("hyperparameter", "what is chosen and not learnt: the rate, the width, the depth"),
    ("hypothesis", "what other books call the prediction: h(θ)"),
    ("input layer", "the inputs of a network; it computes nothing"),
    ("iteration", "one update of the parameters"),
    ("Jacobian", "all slopes of several outputs with respect to several inputs, as a matrix"),
    ("label", "the right answer of an example; its target"),
    ("learning rate", "α: how far a step goes for a gradient of 1"),
    ("linearly separable", "two classes that one straight line can tell apart"),
    ("local gradient", "the slope of one operation, with respect to one of its operands"),
    ("local minimum", "lower than everything around it; the global one is lower than all"),
    ("loss", "how wrong one prediction is"),
    ("optimiser", "the rule that makes a step of the gradient"),
    ("overfitting", "learning the examples, and not what they have in common"),
    ("parameter", "what training changes: weights and biases; θ in other books"),
    ("saddle", "flat, but with a way down: a minimum along one direction, a top along another"),
    ("saturated", "so far out on a bend that its slope is almost 0"),
    ("testing", "measuring on examples that training has not seen"),
    ("training", "repeating forward pass, backward pass and update"),
    ("upstream gradient", "the gradient that arrives from the consumer of a value"),
    ("vanishing gradient", "slopes that shrink from layer to layer on the way back"),
    ("weight", "the factor of an input in a weighted sum"),
)

WORDS = tuple((word, word, text) for word, text in _TABLE)
"""Each word in Unicode and in ASCII, and what it means."""
