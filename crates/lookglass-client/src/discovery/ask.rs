//! Asking a server for all that it serves.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use lookglass_object::GroupVersion;

use super::{
    ApiGroup, ApiVersion, Failure, aggregated,
    apis::Contents,
    legacy::{self, Outline},
    side_by_side::side_by_side,
};
use crate::{Client, Error};

const WHAT: &str = "discover what the server serves";
pub(super) const JSON: &str = "application/json";

/// The two pages that list the groups, as they were last seen.
#[derive(Default)]
pub(super) struct Pages {
    core_etag: Option<HeaderValue>,
    groups_etag: Option<HeaderValue>,
}

/// What a page says.
enum Page {
    /// As before.
    Unchanged,
    /// Everything.
    Aggregated { etag: Option<HeaderValue>, groups: Vec<ApiGroup>, failures: Vec<Failure> },
    /// Groups and versions; their resources are to be asked for.
    Outlines(Vec<Outline>),
}

/// What came of asking.
pub(super) struct Answer {
    pub(super) contents: Arc<Contents>,
    /// Whether all of it is the server's word of now.
    pub(super) is_whole: bool,
}

/// Asks. What is remembered and has not changed is not sent again; with `failures_only` a server that has to be asked version by version is asked only for what it
/// failed to tell.
pub(super) async fn ask(
    client: &Client,
    concurrency: usize,
    pages: &mut Pages,
    remembered: Option<&Arc<Contents>>,
    failures_only: bool,
) -> Result<Answer, Error> {
    let etag = |of: &Option<HeaderValue>| of.clone().filter(|_| remembered.is_some());
    let asked = [("/api", etag(&pages.core_etag)), ("/apis", etag(&pages.groups_etag))];
    let answers = side_by_side(concurrency, asked.into_iter().map(|(path, etag)| page(client, path, etag))).await;
    // Without one of the two nothing more needs to be asked.
    let answers = answers.into_iter().collect::<Result<Vec<Page>, Error>>()?;
    let mut contents = Contents { groups: Vec::new(), failures: Vec::new() };
    let (mut unchanged, mut is_whole) = (0, true);
    let [mut core_etag, mut groups_etag] = [None, None];
    for (answer, is_core) in answers.into_iter().zip([true, false]) {
        let kept = if is_core { &mut core_etag } else { &mut groups_etag };
        match answer {
            Page::Unchanged => {
                unchanged += 1;
                kept.clone_from(if is_core { &pages.core_etag } else { &pages.groups_etag });
                if let Some(remembered) = remembered {
                    contents.keep(remembered, is_core);
                }
            }
            Page::Aggregated { etag, groups, failures } => {
                *kept = etag;
                contents.groups.extend(groups);
                contents.failures.extend(failures);
            }
            Page::Outlines(outlines) => {
                let spared = remembered.filter(|_| failures_only);
                is_whole &= spared.is_none() || outlines.is_empty();
                contents.fill(client, concurrency, outlines, spared).await;
            }
        }
    }
    *pages = Pages { core_etag, groups_etag };
    let contents = match remembered {
        // Whoever compares the two then sees at once that they are the same.
        Some(remembered) if unchanged == 2 || **remembered == contents => Arc::clone(remembered),
        _ => Arc::new(contents),
    };
    Ok(Answer { contents, is_whole })
}

/// Fetches a small document; a refusal is an error.
pub(super) async fn get(
    client: &Client,
    what: &str,
    path: &str,
    accept: &str,
    etag: Option<HeaderValue>,
) -> Result<Response<Bytes>, Error> {
    let mut request = Request::get(path).header(header::ACCEPT, accept);
    if let Some(etag) = etag {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    let request = request.body(Bytes::new());
    let request = request.map_err(|error| Error::Request {
        what: what.to_owned(),
        why: format!("{path:?} cannot be an address: {error}"),
    })?;
    client.fetch(what, request).await
}

/// One of the two pages.
async fn page(client: &Client, path: &str, etag: Option<HeaderValue>) -> Result<Page, Error> {
    let is_core = path == "/api";
    let had = etag.is_some();
    let answer = match get(client, WHAT, path, aggregated::ACCEPT, etag).await {
        // An old server, or something before it, that cannot make sense of the parameters.
        Err(error) if is_refused_with(&error, StatusCode::NOT_ACCEPTABLE) => get(client, WHAT, path, JSON, None).await,
        answer => answer,
    };
    let answer = match answer {
        // A server of aggregated APIs alone has no core group.
        Err(error) if is_core && is_refused_with(&error, StatusCode::NOT_FOUND) => {
            return Ok(Page::Outlines(Vec::new()));
        }
        answer => answer?,
    };
    let (parts, document) = answer.into_parts();
    if parts.status == StatusCode::NOT_MODIFIED && had {
        return Ok(Page::Unchanged);
    }
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or(JSON);
    let read = if parts.status != StatusCode::OK {
        return Err(Error::malformed(WHAT, format!("{path} was answered with {}", parts.status)));
    } else if aggregated::is_aggregated(content_type) {
        aggregated::read(&document).map(|(groups, failures)| {
            let etag = parts.headers.get(header::ETAG).cloned();
            Page::Aggregated { etag, groups, failures }
        })
    } else if is_core {
        legacy::read_core(&document).map(Page::Outlines)
    } else {
        legacy::read_groups(&document).map(Page::Outlines)
    };
    read.map_err(|error| Error::malformed(WHAT, error))
}

fn is_refused_with(error: &Error, code: StatusCode) -> bool {
    error.status().is_some_and(|status| status.code() == i32::from(code.as_u16()))
}

impl Contents {
    /// Takes over what came from one of the two pages.
    fn keep(&mut self, remembered: &Self, is_core: bool) {
        let groups = remembered.groups.iter().filter(|group| group.name.is_empty() == is_core);
        self.groups.extend(groups.cloned());
        let failures = remembered.failures.iter().filter(|it| it.group_version().group().is_empty() == is_core);
        self.failures.extend(failures.cloned());
    }

    /// Asks for the resources of each version.
    async fn fill(&mut self, client: &Client, concurrency: usize, outlines: Vec<Outline>, spared: Option<&Arc<Self>>) {
        let wanted: Vec<_> = outlines.iter().flat_map(|outline| outline.versions.clone()).collect();
        let answers = wanted.into_iter().map(|group_version| async move {
            let known = spared.and_then(|spared| spared.version(&group_version));
            match known {
                Some(known) => Ok(known.clone()),
                None => resources(client, group_version).await,
            }
        });
        let mut answers = side_by_side(concurrency, answers).await.into_iter();
        for outline in outlines {
            let mut versions = Vec::new();
            for answer in answers.by_ref().take(outline.versions.len()) {
                match answer {
                    Ok(version) => versions.push(version),
                    Err(failure) => self.failures.push(failure),
                }
            }
            self.groups.push(ApiGroup { name: outline.name, versions, preferred: outline.preferred });
        }
    }

    fn version(&self, wanted: &GroupVersion) -> Option<&ApiVersion> {
        self.groups.iter().flat_map(|group| &group.versions).find(|version| version.group_version == *wanted)
    }
}

/// The resources of one version, in the old form.
async fn resources(client: &Client, group_version: GroupVersion) -> Result<ApiVersion, Failure> {
    let root = if group_version.group().is_empty() { "api" } else { "apis" };
    let what = format!("list the resources of {group_version}");
    let answer = get(client, &what, &format!("/{root}/{group_version}"), JSON, None).await;
    let read = answer.and_then(|answer| {
        legacy::read_resources(&group_version, answer.body()).map_err(|error| Error::malformed(&what, error))
    });
    read.map_err(|error| Failure::Unanswered { group_version, error: Arc::new(error) })
}
