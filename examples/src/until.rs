//! How long a program looks on: [`Until`].

use std::{future::pending, time::Duration};

use tokio::{signal::ctrl_c, time::sleep};

/// The argument that ends a program which looks at a cluster, for a program to flatten into its own.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct Until {
    /// On a cluster, end after so many seconds; otherwise it ends with Ctrl-C
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<u64>,
}

impl Until {
    /// Waits until somebody presses Ctrl-C, or until the time is over.
    ///
    /// # Errors
    ///
    /// Ctrl-C cannot be listened for.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn over(&self) -> lookglass::Result<()> {
        let time_is_over = async {
            match self.seconds {
                Some(seconds) => sleep(Duration::from_secs(seconds)).await,
                None => pending().await,
            }
        };
        tokio::select! {
            pressed = ctrl_c() => Ok(pressed?),
            () = time_is_over => Ok(()),
        }
    }
}
