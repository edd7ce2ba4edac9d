//! Deletions.

use jiff::SignedDuration;
use lookglass_object::{Gvr, Key, Status, StatusDetails};
use lookglass_protocol::{
    Answer, ChangeKind, Content, Resource, Stored, Target,
    params::{DeleteParams, Propagation},
};
use serde_json::Value;

use super::{
    Writer,
    encode::{Encoded, answered, labels},
    namespaces,
    traits::{self, Dependents},
    tree::{FOREGROUND, Metadata as _, ORPHAN, Tree, at},
    tree_of,
};
use crate::storage::{Expect, Next};

const JOBS_KEEP_PODS: &str = "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or \
     set propagationPolicy=Orphan to suppress this warning";

/// What a request to delete makes of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// It goes.
    Remove,
    /// It goes, but is seen to be deleted before.
    MarkAndRemove(Tree),
    /// It stays for now, as this.
    Mark(Tree),
    /// It stays as it is; it is on its way already.
    Stay,
}

impl Writer {
    /// Deletes an object, or begins to.
    pub(super) fn delete(&self, target: &Target, params: &DeleteParams) -> Result<Answer, Status> {
        let resource = &*target.resource;
        let name = target.name.as_deref().unwrap_or_default();
        let key = Key::new(target.namespace.as_deref().unwrap_or_default(), name);
        loop {
            let Some(current) = self.get(resource, &key) else { return Err(Status::not_found(&resource.gvr, name)) };
            let tree = tree_of(&current)?;
            let now = self.sources.now();
            let step = if namespaces::is_namespace(resource) {
                namespaces::may_be_deleted(resource, name)?;
                check_preconditions(&resource.gvr, &tree, params, true)?;
                namespaces::step(&tree, params, now)
            } else {
                let kind = resource.kind.group_version().clone().resource(resource.kind.kind().to_owned());
                check_preconditions(&kind, &tree, params, false)?;
                step(resource, &tree, params, now)
            };
            if let Some(answer) = self.take(resource, &current, &tree, step, params) {
                let keeps_pods = (resource.gvr.group(), resource.gvr.resource()) == ("batch", "jobs")
                    && params.propagation.is_none();
                return Ok(answer.with_warnings(keeps_pods.then(|| JOBS_KEEP_PODS.to_owned())));
            }
        }
    }

    /// Takes a step; `None` if another write came between.
    fn take(
        &self,
        resource: &Resource,
        current: &Stored,
        tree: &Tree,
        step: Step,
        params: &DeleteParams,
    ) -> Option<Answer> {
        let dry_run = params.dry_run;
        let pending =
            |object| Answer::new(if params.accepted_while_pending { 202 } else { 200 }, Content::Object(object));
        Some(match step {
            Step::Stay => pending(current.clone()),
            Step::Mark(marked) if dry_run => pending(answered(resource, &marked)),
            Step::Mark(marked) => pending(self.mark(resource, current, &marked)?),
            Step::Remove if dry_run => removed(resource, tree, current.clone()),
            Step::MarkAndRemove(marked) if dry_run => removed(resource, tree, answered(resource, &marked)),
            Step::Remove => removed(resource, tree, self.remove(resource, current, tree)?),
            Step::MarkAndRemove(marked) => {
                let seen = self.mark(resource, current, &marked)?;
                // Whoever was quicker removed it, or will.
                let gone = self.remove(resource, &seen, &marked).unwrap_or(seen);
                removed(resource, tree, gone)
            }
        })
    }

    fn mark(&self, resource: &Resource, current: &Stored, marked: &Tree) -> Option<Stored> {
        let encoded = Encoded::new(resource, marked);
        let labels = labels(self.storage.interner(), marked);
        let key = current.key().clone();
        let made = |version| Next::Put(encoded.stored(resource, key, labels, ChangeKind::Modified, version));
        let expected = Expect::Version(current.version());
        self.storage.commit(&resource.gvr, current.key(), expected, made).ok().map(|committed| committed.object)
    }
}

/// What a request to delete makes of an object of any kind but a namespace.
pub(super) fn step(resource: &Resource, tree: &Tree, params: &DeleteParams, now: jiff::Timestamp) -> Step {
    let mut marked = tree.clone();
    let grace = match grace(resource, tree, params) {
        Grace::Pending => return Step::Stay,
        Grace::None => None,
        Grace::Seconds(seconds) => {
            let begun = tree.deletion().map(|deletion| {
                let given = tree.meta_number("deletionGracePeriodSeconds").unwrap_or_default();
                deletion.checked_sub(SignedDuration::from_secs(given)).unwrap_or(deletion)
            });
            let ends = begun.unwrap_or(now).checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
            set_deletion(&mut marked, ends, seconds);
            Some(seconds)
        }
    };
    let finalizers = finalizers(traits::dependents(resource), tree, params.propagation);
    marked.set_finalizers(&finalizers);
    let step = match grace {
        Some(seconds) if seconds > 0 || !finalizers.is_empty() => Step::Mark(marked),
        Some(_) => Step::MarkAndRemove(marked),
        None if finalizers.is_empty() => Step::Remove,
        None => {
            let ends = tree.deletion().filter(|deletion| *deletion <= now).unwrap_or(now);
            set_deletion(&mut marked, ends, 0);
            Step::Mark(marked)
        }
    };
    match step {
        Step::Mark(marked) if marked == *tree => Step::Stay,
        step => step,
    }
}

enum Grace {
    /// The kind knows none.
    None,
    Seconds(i64),
    /// The object has been given no more than what is asked for.
    Pending,
}

fn grace(resource: &Resource, tree: &Tree, params: &DeleteParams) -> Grace {
    if !traits::is_graceful(resource) {
        return Grace::None;
    }
    // Less than none is as little as there is.
    let asked = params.grace_period_seconds.map(|seconds| if seconds < 0 { 1 } else { seconds });
    if tree.deletion().is_some() {
        return match (tree.meta_number("deletionGracePeriodSeconds"), asked) {
            (None, _) => Grace::None,
            (Some(given), Some(asked)) if asked < given => Grace::Seconds(asked),
            (Some(_), _) => Grace::Pending,
        };
    }
    let own = at(tree, &["spec", "terminationGracePeriodSeconds"]).and_then(Value::as_i64).unwrap_or_default();
    let scheduled = at(tree, &["spec", "nodeName"]).and_then(Value::as_str).is_some_and(|node| !node.is_empty());
    let finished = matches!(at(tree, &["status", "phase"]).and_then(Value::as_str), Some("Failed" | "Succeeded"));
    if !scheduled || finished {
        return Grace::Seconds(0);
    }
    let seconds = asked.unwrap_or(own);
    Grace::Seconds(if seconds < 0 { 1 } else { seconds })
}

fn set_deletion(tree: &mut Tree, ends: jiff::Timestamp, grace: i64) {
    let generation = tree.generation();
    if tree.deletion().is_none() && generation > 0 {
        tree.set_meta("generation", Some((generation + 1).into()));
    }
    tree.set_meta("deletionTimestamp", Some(ends.to_string().into()));
    tree.set_meta("deletionGracePeriodSeconds", Some(grace.into()));
}

/// The finalizers of an object that is deleted: those of garbage collection as the request or else the object wants them.
pub(super) fn finalizers(default: Dependents, tree: &Tree, asked: Option<Propagation>) -> Vec<String> {
    let has = tree.finalizers();
    if default == Dependents::None {
        return has.into_iter().map(String::from).collect();
    }
    let wanted = match asked {
        Some(Propagation::Orphan) => Some(ORPHAN),
        Some(Propagation::Foreground) => Some(FOREGROUND),
        Some(Propagation::Background) => None,
        None => {
            let own = has.iter().find(|finalizer| [ORPHAN, FOREGROUND].contains(*finalizer)).copied();
            own.or((default == Dependents::Orphan).then_some(ORPHAN))
        }
    };
    if let Some(wanted) = wanted
        && has.contains(&wanted)
        && has.iter().filter(|finalizer| [ORPHAN, FOREGROUND].contains(*finalizer)).count() == 1
    {
        // As they are: their order stays.
        return has.into_iter().map(String::from).collect();
    }
    has.into_iter()
        .filter(|finalizer| ![ORPHAN, FOREGROUND].contains(finalizer))
        .chain(wanted)
        .map(String::from)
        .collect()
}

fn check_preconditions(named: &Gvr, tree: &Tree, params: &DeleteParams, namespace: bool) -> Result<(), Status> {
    let (uid, version) = (tree.meta_text("uid"), tree.meta_text("resourceVersion"));
    let differ =
        |wanted: &Option<String>, found: &str| wanted.as_deref().filter(|wanted| *wanted != found).map(String::from);
    let why = match (differ(&params.uid, uid), differ(&params.resource_version, version)) {
        (None, None) => return Ok(()),
        (Some(wanted), _) if namespace => {
            format!("Precondition failed: UID in precondition: {wanted}, UID in object meta: {uid}")
        }
        (Some(wanted), _) => format!(
            "the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then \
             recreated"
        ),
        (None, Some(wanted)) if namespace => {
            format!(
                "Precondition failed: ResourceVersion in precondition: {wanted}, ResourceVersion in object meta: {version}"
            )
        }
        (None, Some(wanted)) => format!(
            "the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). The object might \
             have been modified"
        ),
    };
    Err(Status::conflict(named, tree.name(), why))
}

/// The answer to a deletion that is done.
fn removed(resource: &Resource, tree: &Tree, object: Stored) -> Answer {
    if resource.delete_returns_object {
        return Answer::new(200, Content::Object(object));
    }
    let mut details = StatusDetails::default();
    details.name = tree.name().to_owned();
    details.group = resource.gvr.group().to_owned();
    details.kind = resource.gvr.resource().to_owned();
    details.uid = tree.meta_text("uid").to_owned();
    Answer::new(200, Content::Done(Status::success(Some(details))))
}
