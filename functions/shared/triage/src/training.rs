//! Training a model from examples: pure and without chance, so that the same examples give the same bytes.
//!
//! Multinomial logistic regression by AdaGrad over the features of one fixed order of examples; the
//! temperature is found on a fifth that a first model has not seen, the shipped model is trained on all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::{ApplicationEntry, Catalog};
use crate::features::{self, Feature, SMALL};
use crate::format::{self, BUCKETS, Parameters};
use crate::message::Message;
use crate::model::softmax;

/// One text and the intent it carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// A message as a person would write it.
    pub text: String,
    /// Its intent, or `out_of_scope`.
    pub label: String,
}

const EPOCHS: usize = 12;
const LEARNING_RATE: f32 = 0.15;
const RESERVE_EVERY: usize = 5;
/// Rows whose largest weight is below this change no decision and are left out.
const NEGLIGIBLE: f32 = 0.004;
/// Names in the shipped examples: masked, so that the classifier learns requests and not products.
const APPLICATIONS: &[&str] = &[
    "adobe",
    "airtable",
    "asana",
    "aws",
    "bamboohr",
    "confluence",
    "datadog",
    "docusign",
    "dropbox",
    "figma",
    "github",
    "gitlab",
    "google workspace",
    "grafana",
    "hubspot",
    "intercom",
    "jenkins",
    "jira",
    "linkedin",
    "looker",
    "miro",
    "netsuite",
    "notion",
    "okta",
    "pagerduty",
    "power bi",
    "quickbooks",
    "salesforce",
    "sap",
    "sentry",
    "slack",
    "snowflake",
    "stripe",
    "tableau",
    "trello",
    "workday",
    "zendesk",
    "zoom",
];

/// Trains a model and returns its file.
pub fn train(examples: &[Example]) -> Vec<u8> {
    let catalog = known_applications();
    let messages: Vec<String> = examples.iter().map(|example| masked(&catalog, &example.text)).collect();
    let labels = labels_of(examples);
    let samples = samples(examples, &messages, &labels);
    let (mut fitting, mut reserve) = (Vec::new(), Vec::new());
    for (position, sample) in samples.iter().enumerate() {
        if position % RESERVE_EVERY == RESERVE_EVERY - 1 {
            reserve.push(sample)
        } else {
            fitting.push(sample)
        }
    }
    let temperature = best_temperature(&Weights::fit(&fitting, labels.len()), &reserve);
    let weights = Weights::fit(&samples.iter().collect::<Vec<_>>(), labels.len());
    format::encode(&parameters(&weights, labels, temperature, vocabulary(&messages)))
}

struct Sample {
    features: Vec<Feature>,
    class: usize,
}

fn known_applications() -> Catalog {
    let entry = |name: &&str| ApplicationEntry {
        name: (*name).to_owned(),
        aliases: Vec::new(),
        entitlements: Vec::new(),
        default_entitlement: String::new(),
    };
    Catalog { intents: Vec::new(), applications: APPLICATIONS.iter().map(entry).collect() }
}

fn masked(catalog: &Catalog, text: &str) -> String {
    let message = Message::read(catalog, text, |_| true);
    message.masked(message.body.clone())
}

fn labels_of(examples: &[Example]) -> Vec<String> {
    let mut labels: Vec<String> = examples.iter().map(|example| example.label.clone()).collect();
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// The samples in the order of training: every class spread evenly, so that none ends each epoch alone.
fn samples(examples: &[Example], messages: &[String], labels: &[String]) -> Vec<Sample> {
    let class_of = |example: &Example| labels.binary_search(&example.label).unwrap_or_default();
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for example in examples {
        *sizes.entry(class_of(example)).or_default() += 1;
    }
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    let mut ordered: Vec<(usize, Sample)> = Vec::with_capacity(examples.len());
    for (example, message) in examples.iter().zip(messages) {
        let class = class_of(example);
        let turn = seen.entry(class).or_default();
        let place = *turn * 1_000_000 / sizes.get(&class).copied().unwrap_or(1);
        ordered.push((place, Sample { features: features::extract(SMALL, message), class }));
        *turn += 1;
    }
    ordered.sort_by_key(|(place, sample)| (*place, sample.class));
    ordered.into_iter().map(|(_, sample)| sample).collect()
}

fn vocabulary(messages: &[String]) -> Vec<u32> {
    let mut words: Vec<u32> =
        messages.iter().flat_map(|message| features::words(message).map(features::word_hash)).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// One weight per bucket and class, then one bias per class, with the sum of squared gradients of each.
struct Weights {
    classes: usize,
    values: Vec<f32>,
    squares: Vec<f32>,
}

impl Weights {
    fn fit(samples: &[&Sample], classes: usize) -> Self {
        let size = (BUCKETS + 1) * classes;
        let mut weights = Self { classes, values: vec![0.0; size], squares: vec![1e-6; size] };
        for _ in 0..EPOCHS {
            for sample in samples {
                weights.learn(sample);
            }
        }
        weights
    }

    fn learn(&mut self, sample: &Sample) {
        let mut errors: Vec<f32> =
            softmax(&self.scores(&sample.features), 1.0).iter().map(|p| *p as f32).collect();
        if let Some(right) = errors.get_mut(sample.class) {
            *right -= 1.0;
        }
        for (bucket, value) in &sample.features {
            self.step(*bucket as usize, *value, &errors);
        }
        self.step(BUCKETS, 0.1, &errors);
    }

    fn step(&mut self, row: usize, value: f32, errors: &[f32]) {
        let range = row * self.classes..(row + 1) * self.classes;
        let (Some(values), Some(squares)) = (self.values.get_mut(range.clone()), self.squares.get_mut(range))
        else {
            return;
        };
        for ((weight, square), error) in values.iter_mut().zip(squares).zip(errors) {
            let gradient = error * value;
            *square += gradient * gradient;
            *weight -= LEARNING_RATE * gradient / square.sqrt();
        }
    }

    fn row(&self, row: usize) -> &[f32] {
        self.values.get(row * self.classes..(row + 1) * self.classes).unwrap_or_default()
    }

    fn scores(&self, features: &[Feature]) -> Vec<f32> {
        let mut scores: Vec<f32> = self.row(BUCKETS).iter().map(|bias| bias * 0.1).collect();
        for (bucket, value) in features {
            for (score, weight) in scores.iter_mut().zip(self.row(*bucket as usize)) {
                *score += value * weight;
            }
        }
        scores
    }
}

fn best_temperature(weights: &Weights, reserve: &[&Sample]) -> f32 {
    let scored: Vec<(Vec<f32>, usize)> =
        reserve.iter().map(|sample| (weights.scores(&sample.features), sample.class)).collect();
    let loss = |temperature: f32| -> f64 {
        let right = |(scores, class): &(Vec<f32>, usize)| softmax(scores, temperature).get(*class).copied();
        scored.iter().filter_map(right).map(|p| -libm::log(p.max(1e-12))).sum()
    };
    let grid = (4..=60).map(|tenths| tenths as f32 / 20.0);
    grid.min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(1.0)
}

fn parameters(weights: &Weights, labels: Vec<String>, temperature: f32, words: Vec<u32>) -> Parameters {
    let mut used = vec![0_u64; BUCKETS / 64];
    let (mut scales, mut quantised) = (Vec::new(), Vec::new());
    for bucket in 0..BUCKETS {
        let row = weights.row(bucket);
        let largest = row.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
        if largest < NEGLIGIBLE {
            continue;
        }
        if let Some(block) = used.get_mut(bucket / 64) {
            *block |= 1 << (bucket % 64);
        }
        let scale = largest / 127.0;
        scales.push(scale);
        quantised.extend(row.iter().map(|weight| (libm::roundf(weight / scale) as i8).cast_unsigned()));
    }
    let biases = weights.row(BUCKETS).iter().map(|bias| bias * 0.1).collect();
    Parameters { temperature, labels, biases, used, scales, weights: quantised, words }
}
