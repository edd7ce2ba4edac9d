//! Who one is and whom one trusts, kept up to date: [`Credentials`].
//!
//! A [`Config`] says where credentials come from; this is what fetches them, and fetches them again: token files about once a minute and after a 401, certificates and keys
//! when their files change, credential plugins when what they gave expires or is refused.
//!
//! # What it costs
//!
//! [`authorization`](Credentials::authorization) is on the path of every request: one uncontended lock and a header cloned by reference count. [`material`](Credentials::material) is asked for before
//! connecting: the same, plus at most three `stat` calls every few seconds, and a read of what changed.
//!
//! # Promises
//!
//! * A file that turns bad takes nothing away: what was good before stays in use, and [`problem`](Credentials::problem) says what is wrong.
//! * Any number of requests that need the same new credential cause one run of the plugin, or one read of the file.
//! * No error shows a token or a key.

mod error;
mod exec;
mod file;
mod material;
mod ran;
mod surroundings;
#[cfg(test)]
mod tests;
mod token_file;

use std::{fmt, sync::Arc};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::HeaderValue;
use parking_lot::Mutex;

pub use error::AuthError;
use exec::Plugin;
use material::Files;
pub use material::Material;
pub(crate) use ran::Listener;
pub use ran::{PluginOutcome, PluginRan};
use surroundings::Surroundings;
use token_file::TokenFile;

use crate::{
    config::{Config, Login},
    with_causes,
};

/// Who one is and whom one trusts. Clones are handles to the same.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// use lookglass_client::{Config, auth::Credentials};
///
/// let credentials = Credentials::new(&Config::new("https://localhost:6443")?.token("s3cr3t"));
/// assert_eq!(credentials.authorization().await?.unwrap(), "Bearer s3cr3t");
/// assert_eq!(credentials.material().await?.generation, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Credentials {
    shared: Arc<Shared>,
}

struct Shared {
    source: Source,
    files: Files,
    surroundings: Surroundings,
}

/// Where the header comes from.
enum Source {
    /// Nowhere, or once and for all.
    Fixed(Result<Option<HeaderValue>, AuthError>),
    TokenFile(TokenFile),
    Exec(Arc<Plugin>),
}

/// What went wrong last and has not gone right since, where something good is still in use.
#[derive(Default)]
struct Problem(Mutex<Option<AuthError>>);

impl Problem {
    fn report(&self, error: AuthError) {
        tracing::warn!(error = with_causes(&error), "credentials could not be renewed; the previous ones stay in use");
        *self.0.lock() = Some(error);
    }

    fn clear(&self) {
        *self.0.lock() = None;
    }

    fn get(&self) -> Option<AuthError> {
        self.0.lock().clone()
    }
}

impl Credentials {
    /// The credentials of a config. Nothing is read or run before it is asked for.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self::within(config, Surroundings::default())
    }

    fn within(config: &Config, surroundings: Surroundings) -> Self {
        let source = match &config.login {
            Login::Token(token) => Source::Fixed(bearer(token.expose(), "the token").map(Some)),
            Login::Basic { user, password } => {
                let pair = BASE64_STANDARD.encode(format!("{user}:{}", password.expose()));
                Source::Fixed(sensitive(&format!("Basic {pair}"), "the password").map(Some))
            }
            Login::TokenFile { path, fallback } => Source::TokenFile(TokenFile::new(path, fallback.as_ref())),
            // Who has a certificate does not ask a plugin for another.
            Login::Exec(exec) if config.identity.is_none() => Source::Exec(Plugin::of(exec, config, &surroundings)),
            Login::None | Login::Exec(_) => Source::Fixed(Ok(None)),
        };
        let files = Files::new(config.ca.as_ref(), config.identity.as_ref());
        Self { shared: Arc::new(Shared { source, files, surroundings }) }
    }

    /// The `Authorization` header of the next request, marked sensitive; none if there is nobody to be.
    ///
    /// # Errors
    ///
    /// The file, or the plugin, gives none, and there was none before that could still be used.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: a plugin that runs goes on for whoever asks next.
    pub async fn authorization(&self) -> Result<Option<HeaderValue>, AuthError> {
        match &self.shared.source {
            Source::Fixed(header) => header.clone(),
            Source::TokenFile(file) => file.header().await.map(Some),
            Source::Exec(plugin) => Ok(plugin.credential(self.shared.surroundings.now()).await?.header),
        }
    }

    /// A 401 came to a request with this header (or none). The next call of [`authorization`](Self::authorization) fetches a new one, unless that has happened since; so
    /// many requests that are refused together cause one fetch.
    /// After a refusal without a header the files of the client certificate are looked at again at once.
    pub fn refused(&self, used: Option<&HeaderValue>) {
        match &self.shared.source {
            Source::Fixed(_) => {}
            Source::TokenFile(file) => file.refused(used),
            Source::Exec(plugin) => plugin.refused(used),
        }
        if used.is_none() {
            // What was refused then was the certificate, if anything.
            self.shared.files.look_soon();
        }
    }

    /// The certificates and the key of the next connection.
    ///
    /// # Errors
    ///
    /// A file cannot be read or holds no PEM, or the plugin gives nothing, and there was nothing before.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn material(&self) -> Result<Material, AuthError> {
        let plugins = match &self.shared.source {
            Source::Exec(plugin) => plugin.credential(self.shared.surroundings.now()).await?.identity,
            Source::Fixed(_) | Source::TokenFile(_) => None,
        };
        self.shared.files.material(plugins).await
    }

    /// The same as far as it is known without running a plugin: a person may have to log in for that, so it is done only for somebody who asks the server something. None while a plugin has
    /// given nothing.
    pub(crate) async fn known_material(&self) -> Option<Result<Material, AuthError>> {
        let plugins = match &self.shared.source {
            Source::Exec(plugin) => plugin.last()?.identity,
            Source::Fixed(_) | Source::TokenFile(_) => None,
        };
        Some(self.shared.files.material(plugins).await)
    }

    /// Tells of each run of the plugin, if there is one, for as long as the listener is there.
    pub(crate) fn listen(&self, listener: &Arc<Listener>) {
        if let Source::Exec(plugin) = &self.shared.source {
            plugin.listeners.add(listener);
        }
    }

    /// What keeps the credentials from being renewed, while older ones are still in use.
    #[must_use]
    pub fn problem(&self) -> Option<AuthError> {
        let header = match &self.shared.source {
            Source::Fixed(_) | Source::Exec(_) => None,
            Source::TokenFile(file) => file.problem.get(),
        };
        header.or_else(|| self.shared.files.problem.get())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("problem", &self.problem()).finish_non_exhaustive()
    }
}

fn bearer(token: &str, what: &'static str) -> Result<HeaderValue, AuthError> {
    sensitive(&format!("Bearer {token}"), what)
}

fn sensitive(text: &str, what: &'static str) -> Result<HeaderValue, AuthError> {
    let mut header = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| AuthError::Header { what })?;
    header.set_sensitive(true);
    Ok(header)
}
