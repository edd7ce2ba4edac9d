//! To and from maps of labels, the API's `LabelSelector` and kube's `Selector`.

use std::{collections::BTreeMap, sync::Arc};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use kube_core::Expression;

use super::{Operator, Requirement, Selector, SelectorError};

/// Chooses objects that have all these labels, as a Service chooses its Pods.
impl<K: AsRef<str>, V: AsRef<str>> FromIterator<(K, V)> for Selector {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(labels: I) -> Self {
        let requirement = |(key, value): (K, V)| Requirement::unchecked(key.as_ref(), Operator::Equals, [value]);
        labels.into_iter().map(requirement).collect()
    }
}

/// All of these requirements.
impl FromIterator<Requirement> for Selector {
    fn from_iter<I: IntoIterator<Item = Requirement>>(requirements: I) -> Self {
        let mut requirements = Vec::from_iter(requirements);
        // Stable: requirements on one label keep their order.
        requirements.sort_by(|a, b| a.key().cmp(b.key()));
        Self { requirements: Arc::new(requirements), nothing: false }
    }
}

/// Chooses objects that have all these labels, as a Service chooses its Pods. An empty map chooses everything.
impl From<&BTreeMap<String, String>> for Selector {
    fn from(labels: &BTreeMap<String, String>) -> Self {
        labels.iter().collect()
    }
}

/// Chooses objects that have all these labels, as a Service chooses its Pods. An empty map chooses everything.
impl From<BTreeMap<String, String>> for Selector {
    fn from(labels: BTreeMap<String, String>) -> Self {
        (&labels).into()
    }
}

impl From<Requirement> for Selector {
    fn from(requirement: Requirement) -> Self {
        Self::new().and(requirement)
    }
}

/// The selector of a Deployment, a NetworkPolicy and so on: `matchLabels` and `matchExpressions` together. An empty one chooses
/// everything. (Where the API says that an absent selector chooses nothing, say [`Selector::nothing`].)
impl TryFrom<&LabelSelector> for Selector {
    type Error = SelectorError;

    fn try_from(selector: &LabelSelector) -> Result<Self, SelectorError> {
        let labels = selector.match_labels.iter().flatten();
        let labels = labels.map(|(key, value)| Requirement::new(key, Operator::Equals, [value]));
        labels.chain(selector.match_expressions.iter().flatten().map(Requirement::try_from)).collect()
    }
}

impl TryFrom<&LabelSelectorRequirement> for Requirement {
    type Error = SelectorError;

    fn try_from(expression: &LabelSelectorRequirement) -> Result<Self, SelectorError> {
        let operator = match &*expression.operator {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            other => return Err(SelectorError::UnknownOperator { operator: other.into() }),
        };
        Self::new(&expression.key, operator, expression.values.iter().flatten())
    }
}

impl From<kube_core::Selector> for Selector {
    fn from(selector: kube_core::Selector) -> Self {
        let requirement = |expression| match expression {
            Expression::In(key, values) => Requirement::unchecked(&key, Operator::In, values),
            Expression::NotIn(key, values) => Requirement::unchecked(&key, Operator::NotIn, values),
            Expression::Equal(key, value) => Requirement::unchecked(&key, Operator::Equals, [value]),
            Expression::NotEqual(key, value) => Requirement::unchecked(&key, Operator::NotEquals, [value]),
            Expression::Exists(key) => Requirement::unchecked(&key, Operator::Exists, [""; 0]),
            Expression::DoesNotExist(key) => Requirement::unchecked(&key, Operator::DoesNotExist, [""; 0]),
        };
        selector.into_iter().map(requirement).collect()
    }
}

/// Fails for [`Selector::nothing`] and for integer comparisons, which kube's type cannot say.
impl TryFrom<&Selector> for kube_core::Selector {
    type Error = SelectorError;

    fn try_from(selector: &Selector) -> Result<Self, SelectorError> {
        if selector.is_nothing() {
            return Err(SelectorError::NotInKube { operator: None });
        }
        selector.requirements().iter().map(expression).collect()
    }
}

fn expression(requirement: &Requirement) -> Result<Expression, SelectorError> {
    let key = requirement.key().to_owned();
    let values = || requirement.values().map(str::to_owned);
    Ok(match requirement.operator() {
        // These have one value each; without it, unchecked, they match like a set without values.
        Operator::Equals | Operator::DoubleEquals | Operator::In => match requirement.only_value() {
            Some(value) if requirement.operator() != Operator::In => Expression::Equal(key, value.to_owned()),
            _ => Expression::In(key, values().collect()),
        },
        Operator::NotEquals => match values().next() {
            Some(value) => Expression::NotEqual(key, value),
            None => Expression::NotIn(key, values().collect()),
        },
        Operator::NotIn => Expression::NotIn(key, values().collect()),
        Operator::Exists => Expression::Exists(key),
        Operator::DoesNotExist => Expression::DoesNotExist(key),
        operator @ (Operator::GreaterThan | Operator::LessThan) => {
            return Err(SelectorError::NotInKube { operator: Some(operator) });
        }
    })
}
