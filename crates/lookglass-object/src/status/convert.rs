//! To and from JSON and the types of kube-core.

use kube_core::response::{StatusCause as KubeCause, StatusDetails as KubeDetails, StatusSummary};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Body, FAILURE, Reason, SUCCESS, Status, StatusCause, StatusDetails};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    kind: &'static str,
    api_version: &'static str,
    #[serde(flatten)]
    body: &'a Body,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    kind: String,
    api_version: String,
    #[serde(flatten)]
    body: Body,
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Written { kind: "Status", api_version: "v1", body: &self.0 }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Read { kind, api_version, body } = Read::deserialize(from)?;
        match (&*kind, &*api_version) {
            ("Status", "v1" | "meta.k8s.io/v1") => Ok(Self(Box::new(body))),
            _ => Err(D::Error::custom(format_args!("expected a v1 Status, found kind {kind:?} of {api_version:?}"))),
        }
    }
}

impl From<kube_core::Status> for Status {
    fn from(status: kube_core::Status) -> Self {
        let summary = status.status.map(|summary| match summary {
            StatusSummary::Success => SUCCESS,
            StatusSummary::Failure => FAILURE,
        });
        Self(Box::new(Body {
            metadata: status.metadata.unwrap_or_default(),
            status: summary.unwrap_or_default().into(),
            message: status.message,
            reason: Reason::from(&*status.reason),
            details: status.details.map(|details| StatusDetails {
                name: details.name,
                group: details.group,
                kind: details.kind,
                uid: details.uid,
                causes: (details.causes.into_iter())
                    .map(|cause| StatusCause { reason: cause.reason, message: cause.message, field: cause.field })
                    .collect(),
                retry_after_seconds: details.retry_after_seconds.try_into().unwrap_or(i32::MAX),
            }),
            code: status.code.into(),
        }))
    }
}

/// Codes and waiting times that kube's narrower numbers cannot hold become 0.
impl From<Status> for kube_core::Status {
    fn from(status: Status) -> Self {
        let Body { metadata, status, message, reason, details, code } = *status.0;
        Self {
            status: match &*status {
                SUCCESS => Some(StatusSummary::Success),
                FAILURE => Some(StatusSummary::Failure),
                _ => None,
            },
            code: code.try_into().unwrap_or_default(),
            message,
            metadata: Some(metadata),
            reason: reason.as_str().to_owned(),
            details: details.map(|details| KubeDetails {
                name: details.name,
                group: details.group,
                kind: details.kind,
                uid: details.uid,
                causes: (details.causes.into_iter())
                    .map(|cause| KubeCause { reason: cause.reason, message: cause.message, field: cause.field })
                    .collect(),
                retry_after_seconds: details.retry_after_seconds.try_into().unwrap_or_default(),
            }),
        }
    }
}
