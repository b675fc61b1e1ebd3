//! `catscan serve`: the HTTP door, and the one writer while it runs.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use clap::Args;

use super::failure::{Failure, OrFail};
use super::session::{Globals, Session};
use super::{summary, work};
use crate::config;
use crate::inbox::Inbox;
use crate::jobs::Store;
use crate::server;
use crate::telemetry::Level;

/// Serve the store over HTTP on this machine
///
/// While it runs, other commands work as usual: those that write hand their work to it. Reports that are put into the
/// inbox are imported (docs/inbox.md). It listens on loopback addresses only, because it asks nobody who they are.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan serve
  catscan serve --listen 127.0.0.1:0          on any free port
  curl http://127.0.0.1:8000/api/health")]
pub struct ServeArgs {
    #[command(flatten)]
    listen: Listen,
}

/// Where to listen.
#[derive(Clone, Copy, Debug, Args)]
pub struct Listen {
    /// Address and port [default: 127.0.0.1:8000, or server.listen of config.toml]
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    listen: Option<SocketAddr>,
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an address with its port, for example 127.0.0.1:8000 or [::1]:8000".to_owned())
}

impl Listen {
    /// The address that is meant; refused when other machines could reach it.
    pub fn meant(self, session: &Session) -> Result<SocketAddr, Failure> {
        let address = self.listen.unwrap_or(session.config.server.listen);
        if address.ip().is_loopback() {
            return Ok(address);
        }
        let message = format!("{address} can be reached by other machines, and there is no authentication yet");
        Err(Failure::new(message).help("listen on a loopback address, for example 127.0.0.1:8000"))
    }

    /// The same for the demo, which takes a free port where the usual one is in use and none was named.
    pub fn meant_or_free(self, session: &Session) -> Result<SocketAddr, Failure> {
        let mut address = self.meant(session)?;
        if self.listen.is_none() && TcpListener::bind(address).is_err() {
            address.set_port(0);
        }
        Ok(address)
    }
}

pub fn run(globals: &Globals, args: ServeArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Requests)?;
    let address = args.listen.meant(&session)?;
    work::make_store_directory(&session)?;
    let lock = work::lock_for(&session, "serve")?;
    let store = Store::open_writer(session.dir.clone(), session.config.clone(), lock).or_fail()?;
    serve(&session, store, address, |_| {})
}

/// Serves until SIGINT or SIGTERM; `ready` is called with the address once requests are answered.
pub fn serve(
    session: &Session,
    store: Store,
    address: SocketAddr,
    ready: impl FnOnce(SocketAddr),
) -> Result<ExitCode, Failure> {
    let inboxes = Inbox::of_settings(&store, config::environment(), summary::note)
        .or_help("correct the section [inbox] of config.toml, or the variable CATSCAN_INBOX_…")?;
    let watched: Vec<String> = inboxes.iter().map(Inbox::shown).collect();
    server::serve(store, address, inboxes, |address| {
        session.say(format_args!("serving {} at http://{address} (Ctrl-C stops)", session.dir.root().display()));
        for place in watched {
            session.say(format_args!("reports put into {place} are imported"));
        }
        ready(address);
    })
    .or_help("another program may be on that port; choose one with --listen 127.0.0.1:PORT")?;
    Ok(ExitCode::SUCCESS)
}
