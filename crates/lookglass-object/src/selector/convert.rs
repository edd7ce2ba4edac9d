//! To and from maps of labels, the API's `LabelSelector` and kube's `Selector`.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube_core::Expression;

use super::{Operator, Requirement, Selector, SelectorError};

/// Chooses objects that have all these labels, as a Service chooses its Pods.
impl<K: AsRef<str>, V: AsRef<str>> FromIterator<(K, V)> for Selector {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(labels: I) -> Self {
        labels.into_iter().fold(Self::new(), |selector, (key, value)| selector.eq(key.as_ref(), value.as_ref()))
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
        let mut result = Self::new();
        for (key, value) in selector.match_labels.iter().flatten() {
            result = result.and(Requirement::new(key, Operator::Equals, [value])?);
        }
        for expression in selector.match_expressions.iter().flatten() {
            let operator = match &*expression.operator {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                other => return Err(SelectorError::UnknownOperator { operator: other.into() }),
            };
            result = result.and(Requirement::new(&expression.key, operator, expression.values.iter().flatten())?);
        }
        Ok(result)
    }
}

impl From<kube_core::Selector> for Selector {
    fn from(selector: kube_core::Selector) -> Self {
        selector.into_iter().fold(Self::new(), |selector, expression| match expression {
            Expression::In(key, values) => selector.is_in(&key, values),
            Expression::NotIn(key, values) => selector.not_in(&key, values),
            Expression::Equal(key, value) => selector.eq(&key, &value),
            Expression::NotEqual(key, value) => selector.not_eq(&key, &value),
            Expression::Exists(key) => selector.exists(&key),
            Expression::DoesNotExist(key) => selector.not_exists(&key),
        })
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
