//! A walk-through that waits for its reader: [`pause`].

use std::io::{IsTerminal as _, stdin};

/// Waits for Return, so that a reader can look at the cluster meanwhile; in a pipe or a test it goes on at once.
///
/// # Errors
///
/// The terminal cannot be read.
///
/// # Cancel safety
///
/// Dropped early, it still takes the next line of the terminal.
pub async fn pause() -> lookglass::Result<()> {
    if !stdin().is_terminal() {
        return Ok(());
    }
    println!("-> Press Return to continue.");
    // Aside, since the API server may live in this very process and must not stand still meanwhile.
    let line = tokio::task::spawn_blocking(|| stdin().read_line(&mut String::new()));
    line.await.map_err(lookglass::Error::other)??;
    Ok(())
}
