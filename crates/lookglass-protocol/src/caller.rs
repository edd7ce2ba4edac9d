//! Who asks: [`Caller`].

/// Who asks, as far as the server knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller {
    /// The user's name: the certificate's common name, the token's user, or `system:anonymous`.
    pub user: String,
    /// The groups: the certificate's organisations, or what came with the token.
    pub groups: Vec<String>,
    /// The `User-Agent`, from which the default field manager is taken.
    pub user_agent: String,
}

impl Caller {
    /// The user of a request without credentials.
    pub const ANONYMOUS: &'static str = "system:anonymous";

    /// A caller by name, in no group.
    #[must_use]
    pub fn named(user: impl Into<String>) -> Self {
        Self { user: user.into(), ..Self::default() }
    }
}
