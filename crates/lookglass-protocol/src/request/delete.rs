//! The options of deletions, from the body or the query.

use lookglass_object::Status;

use super::{
    Query,
    decode::{flag, number},
    invalid::Problems,
    write::dry_run,
};
use crate::{
    body::{self, DeleteOptions, go_text},
    media::BodyType,
    params::{DeleteParams, Propagation},
};

/// Reads the options of a deletion. A body that is not empty counts as a whole and the query then not at all.
///
/// # Errors
///
/// 400 for what cannot be read, 422 for what is no option.
pub fn delete_params(query: &Query, body: Option<(BodyType, &[u8])>) -> Result<DeleteParams, Status> {
    let options = match body {
        Some((kind, bytes)) if !bytes.is_empty() => body::delete_options(kind, bytes)?,
        _ => from_query(query)?,
    };
    let mut problems = Problems::default();
    if options.propagation.is_some() && options.orphan_dependents.is_some() {
        let value = go_text(options.propagation.as_deref().unwrap_or_default());
        let why = "orphanDependents and deletionPropagation cannot be both set";
        problems.invalid("propagationPolicy", &value, why);
    }
    let propagation = match options.propagation.as_deref() {
        None => {
            options.orphan_dependents.map(|orphan| if orphan { Propagation::Orphan } else { Propagation::Background })
        }
        Some("Foreground") => Some(Propagation::Foreground),
        Some("Background") => Some(Propagation::Background),
        Some("Orphan") => Some(Propagation::Orphan),
        Some(other) => {
            let supported = ["Foreground", "Background", "Orphan", "nil"];
            problems.not_supported("propagationPolicy", &go_text(other), &supported);
            None
        }
    };
    let dry_run = dry_run(options.dry_run.iter().map(String::as_str), &mut problems);
    problems.settle("DeleteOptions")?;
    Ok(DeleteParams {
        dry_run,
        // Less than nothing is as soon as possible.
        grace_period_seconds: options.grace_period_seconds.map(|seconds| if seconds < 0 { 1 } else { seconds }),
        uid: options.uid,
        resource_version: options.resource_version,
        propagation,
        accepted_while_pending: options.orphan_dependents == Some(false),
    })
}

fn from_query(query: &Query) -> Result<DeleteOptions, Status> {
    let text = |key| query.get(key).filter(|value: &&str| !value.is_empty()).map(str::to_owned);
    Ok(DeleteOptions {
        grace_period_seconds: number(query, "gracePeriodSeconds")?,
        uid: text("uid"),
        resource_version: text("resourceVersion"),
        orphan_dependents: flag(query, "orphanDependents"),
        propagation: query.get("propagationPolicy").map(str::to_owned),
        dry_run: query.all("dryRun").map(str::to_owned).collect(),
    })
}
