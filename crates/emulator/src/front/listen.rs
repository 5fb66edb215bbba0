use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::Router;
use axum::serve::ListenerExt;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// One port on the loopback of IPv4 and, where the machine has it, of IPv6: clients differ in which
/// they try first.
#[derive(Debug)]
pub struct Ports {
    port: u16,
    listeners: Vec<TcpListener>,
}

/// A port can't be opened.
#[derive(Debug, Error)]
pub enum BindError {
    /// Another program listens there.
    #[error(
        "port {port} of {address} is in use by another program; stop that one or choose another port with {option}"
    )]
    InUse {
        /// The port.
        port: u16,
        /// The loopback address.
        address: SocketAddr,
        /// How to choose another, for example `--port`.
        option: &'static str,
    },
    /// The operating system refused for another reason.
    #[error("can't listen on port {port} (choose another with {option})")]
    Refused {
        /// The port.
        port: u16,
        /// How to choose another.
        option: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
}

/// With port 0 the system picks one that is free on IPv4; the chance that IPv6 has it taken is
/// small, so a few tries do.
const TRIES: usize = 8;

impl Ports {
    /// Opens `port`, or a free one for 0. `option` is what the error says to change.
    pub async fn bind(port: u16, option: &'static str) -> Result<Self, BindError> {
        let mut tries = if port == 0 { TRIES } else { 1 };
        loop {
            tries -= 1;
            match Self::both(port, option).await {
                Err(BindError::InUse { .. }) if tries > 0 => {}
                result => return result,
            }
        }
    }

    async fn both(port: u16, option: &'static str) -> Result<Self, BindError> {
        let v4 = listener(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), option).await?;
        let port = v4
            .local_addr()
            .map_err(|source| BindError::Refused {
                port,
                option,
                source,
            })?
            .port();
        let v6 = listener(SocketAddr::from((Ipv6Addr::LOCALHOST, port)), option).await;
        let listeners = match v6 {
            Ok(v6) => vec![v4, v6],
            // No IPv6 on this machine.
            Err(BindError::Refused { .. }) => vec![v4],
            Err(in_use) => return Err(in_use),
        };
        Ok(Self { port, listeners })
    }

    /// The port's number.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Serves until `stop` turns true (or its sender is gone); calls under way may then finish, for
    /// as long as `tasks` are let run.
    pub fn serve(self, router: &Router, stop: &watch::Receiver<bool>, tasks: &mut JoinSet<()>) {
        for listener in self.listeners {
            // A small answer must not wait for the acknowledgement of the one before.
            let listener = listener.tap_io(|connection| {
                if let Err(error) = connection.set_nodelay(true) {
                    tracing::debug!(%error, "can't set TCP_NODELAY");
                }
            });
            let router = router.clone();
            let mut stop = stop.clone();
            tasks.spawn(async move {
                let stopped = async move {
                    let _ = stop.wait_for(|stopped| *stopped).await;
                };
                let server = axum::serve(listener, router).with_graceful_shutdown(stopped);
                if let Err(error) = server.await {
                    tracing::error!(%error, "the server ended");
                }
            });
        }
    }
}

async fn listener(address: SocketAddr, option: &'static str) -> Result<TcpListener, BindError> {
    let port = address.port();
    TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == io::ErrorKind::AddrInUse {
            BindError::InUse {
                port,
                address,
                option,
            }
        } else {
            BindError::Refused {
                port,
                option,
                source,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_named_with_the_option_that_changes_it() {
        let first = Ports::bind(0, "--port").await.unwrap();

        let error = Ports::bind(first.port(), "--port").await.unwrap_err();

        let text = error.to_string();
        assert!(text.contains(&first.port().to_string()), "{text}");
        assert!(text.contains("--port"), "{text}");
    }

    #[tokio::test]
    async fn a_port_taken_on_ipv6_only_is_in_use_too() {
        let taken = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.unwrap();
        let port = taken.local_addr().unwrap().port();

        let result = Ports::bind(port, "--port").await;

        assert!(matches!(result, Err(BindError::InUse { .. })), "{result:?}");
    }
}
