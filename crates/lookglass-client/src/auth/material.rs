//! What TLS is made of: [`Material`].

use std::{fmt, path::Path, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::{AuthError, Problem, file::Watched};
use crate::config::Pem;

/// Files are looked at no more often.
const LOOK: Duration = Duration::from_secs(5);

/// Files are read whether they look changed or not, for file systems whose times are coarse.
const READ: Duration = Duration::from_secs(60);

/// Certificates and a key in PEM.
pub(super) type Identity = (Arc<[u8]>, Arc<[u8]>);

/// What TLS is made of at this moment, in PEM.
///
/// Whoever makes TLS of it keeps what was made for as long as `generation` stays. If nothing can be made of a new generation, keep the former and ask again later: the two files of a
/// certificate and its key are not replaced at one moment.
#[derive(Clone)]
#[non_exhaustive]
pub struct Material {
    /// Counts the changes, from 1.
    pub generation: u64,
    /// The authorities to trust; the machine's if none.
    pub ca: Option<Arc<[u8]>>,
    /// The client certificate (with its chain) and its key.
    pub identity: Option<Identity>,
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Material")
            .field("generation", &self.generation)
            .field("ca", &self.ca.is_some())
            .field("identity", &self.identity.is_some())
            .finish()
    }
}

/// The config's own authority, certificate and key.
pub(super) struct Files {
    last: Mutex<Option<Last>>,
    /// Held while files are looked at, so that they are looked at once for all who wait.
    sources: tokio::sync::Mutex<Sources>,
    has_own_identity: bool,
    pub(super) problem: Problem,
}

#[derive(Clone)]
struct Last {
    material: Material,
    look: Instant,
}

struct Sources {
    ca: Option<Source>,
    identity: Option<(Source, Source)>,
    pair: Pair,
    read: Option<Instant>,
}

/// A certificate and its key, whose files are not replaced at one moment.
#[derive(Default)]
struct Pair {
    taken: Option<Identity>,
    /// A pair of which only one half is new: taken if it is still so the next time.
    half: Option<Identity>,
}

/// Where one piece comes from, and the last good one.
struct Source {
    what: &'static str,
    file: Option<Watched>,
    good: Option<Arc<[u8]>>,
}

impl Files {
    pub(super) fn new(ca: Option<&Pem>, identity: Option<&(Pem, Pem)>) -> Self {
        let sources = Sources {
            ca: ca.map(|pem| Source::new("certificate authority", pem)),
            identity: identity.map(|(certificate, key)| {
                (Source::new("client certificate", certificate), Source::new("client key", key))
            }),
            pair: Pair::default(),
            read: None,
        };
        Self {
            last: Mutex::default(),
            sources: tokio::sync::Mutex::new(sources),
            has_own_identity: identity.is_some(),
            problem: Problem::default(),
        }
    }

    /// The material, with a plugin's identity where the config has none of its own.
    pub(super) async fn material(&self, plugins: Option<Identity>) -> Result<Material, AuthError> {
        if let Some(last) = self.current(plugins.as_ref()) {
            return Ok(last);
        }
        let mut sources = self.sources.lock().await;
        if let Some(last) = self.current(plugins.as_ref()) {
            return Ok(last);
        }
        let now = Instant::now();
        let (ca, own) = self.look(&mut sources, now).await?;
        let identity = own.or(plugins);
        let mut last = self.last.lock();
        let generation = match &*last {
            Some(Last { material, .. }) if material.ca == ca && material.identity == identity => material.generation,
            Some(Last { material, .. }) => material.generation + 1,
            None => 1,
        };
        let material = Material { generation, ca, identity };
        *last = Some(Last { material: material.clone(), look: now + LOOK });
        Ok(material)
    }

    /// Lets the next who asks look at the files, however recently that was done.
    pub(super) fn look_soon(&self) {
        if let Some(last) = &mut *self.last.lock() {
            last.look = Instant::now();
        }
    }

    /// The material, unless it is time to look at the files, or a plugin has given another identity.
    fn current(&self, plugins: Option<&Identity>) -> Option<Material> {
        let last = self.last.lock();
        let last = last.as_ref().filter(|last| Instant::now() < last.look)?;
        let same = self.has_own_identity || last.material.identity.as_ref() == plugins;
        same.then(|| last.material.clone())
    }

    async fn look(
        &self,
        sources: &mut Sources,
        now: Instant,
    ) -> Result<(Option<Arc<[u8]>>, Option<Identity>), AuthError> {
        let read = sources.read.is_none_or(|read| now >= read);
        if read {
            sources.read = Some(now + READ);
        }
        let mut problem = None;
        let ca = match &mut sources.ca {
            Some(source) => Some(source.content(read, &mut problem).await?),
            None => None,
        };
        let identity = match &mut sources.identity {
            Some((certificate, key)) => {
                let new = (certificate.content(read, &mut problem).await?, key.content(read, &mut problem).await?);
                Some(sources.pair.settle(new))
            }
            None => None,
        };
        match problem {
            Some(error) => self.problem.report(error),
            None => self.problem.clear(),
        }
        Ok((ca, identity))
    }
}

impl Pair {
    fn settle(&mut self, new: Identity) -> Identity {
        if let Some(taken) = &self.taken
            && (taken.0 == new.0) != (taken.1 == new.1)
            && self.half.as_ref() != Some(&new)
        {
            let taken = taken.clone();
            self.half = Some(new);
            return taken;
        }
        self.half = None;
        self.taken.insert(new).clone()
    }
}

impl Source {
    fn new(what: &'static str, pem: &Pem) -> Self {
        match pem {
            Pem::Inline(pem) => Self { what, file: None, good: Some(pem.clone()) },
            Pem::File(path) => Self { what, file: Some(Watched::new(path)), good: None },
        }
    }

    /// The newest that is PEM. What is wrong with something newer goes to `problem`, or is the error if there is nothing else.
    async fn content(&mut self, always: bool, problem: &mut Option<AuthError>) -> Result<Arc<[u8]>, AuthError> {
        let what = self.what;
        let Some(file) = &mut self.file else {
            let pem = self.good.clone().filter(|pem| Pem::is_in(pem));
            return pem.ok_or(AuthError::Content { what, path: None, problem: NO_PEM });
        };
        let path = file.path().to_owned();
        let error = match file.changed(always || self.good.is_none()).await {
            Ok(None) => None,
            Ok(Some(pem)) if Pem::is_in(&pem) => {
                self.good = Some(pem);
                None
            }
            Ok(Some(_)) => Some(AuthError::Content { what, path: Some(path), problem: NO_PEM }),
            Err(error) => Some(AuthError::Read { what, path, source: Arc::new(error) }),
        };
        match (self.good.clone(), error) {
            (Some(good), error) => {
                *problem = problem.take().or(error);
                Ok(good)
            }
            (None, Some(error)) => Err(error),
            // A file that was never read has always changed.
            (None, None) => Err(AuthError::Content { what, path: None, problem: NO_PEM }),
        }
    }
}

/// A file that is read now and then.
pub(super) async fn read(what: &'static str, path: &Path) -> Result<Arc<[u8]>, AuthError> {
    let content = tokio::fs::read(path).await;
    content.map(Arc::from).map_err(|error| AuthError::Read { what, path: path.to_owned(), source: Arc::new(error) })
}

const NO_PEM: &str = "holds no PEM block (-----BEGIN ...-----); was the right file, or the right data, named?";
