//! `run/serve.json`: how a writing command finds the server that holds the writer lock.
//!
//! Invariant: the file is readable by its owner only, because its token is the right to write. It means something only
//! while the writer lock is held by the process that it names; otherwise it is a leftover and no obstacle.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{DataDir, WriterLock};

/// A serving process.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunningServer {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process id.
    pub pid: u32,
    /// Its version: work is handed over only to the same one.
    pub version: String,
    /// What a command must show to have work done.
    pub token: Token,
}

/// A 256-bit random secret in hexadecimal; never shown by `Debug`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// A new one from the system's random source.
    pub fn random() -> io::Result<Self> {
        let mut bytes = [0_u8; 32];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The text, for the one header that carries it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in a time that does not depend on where the texts differ.
    pub fn matches(&self, shown: &str) -> bool {
        // Hashes are compared: blake3's equality is constant-time, and equal lengths hide the token's length.
        blake3::hash(self.0.as_bytes()) == blake3::hash(shown.as_bytes())
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl RunningServer {
    /// This process, listening at `address`, with a new token.
    pub fn this_process(address: SocketAddr) -> io::Result<Self> {
        Ok(Self {
            address,
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            token: Token::random()?,
        })
    }

    /// Announces the server; the file appears whole. Only the holder of the writer lock may call it.
    pub fn announce(&self, dir: &DataDir) -> io::Result<()> {
        let path = path(dir);
        let draft = path.with_extension("json.new");
        let _ = fs::remove_file(&draft);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(serde_json::to_string(self)?.as_bytes())?;
        fs::rename(&draft, &path)
    }

    /// The server that holds the writer lock now, or `None` when the holder is no server.
    ///
    /// Call it only after the lock was found taken.
    pub fn of(dir: &DataDir) -> Option<Self> {
        let mut text = String::new();
        File::open(path(dir)).ok()?.take(4096).read_to_string(&mut text).ok()?;
        let server: Self = serde_json::from_str(&text).ok()?;
        (WriterLock::holder(dir)?.pid == server.pid).then_some(server)
    }

    /// Removes the announcement. Only the holder of the writer lock may call it.
    pub fn withdraw(dir: &DataDir) {
        // Nothing depends on the removal: a leftover is recognised by the lock.
        let _ = fs::remove_file(path(dir));
    }
}

fn path(dir: &DataDir) -> PathBuf {
    dir.run().join("serve.json")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn store() -> (tempfile::TempDir, DataDir) {
        let root = tempfile::tempdir().unwrap();
        let dir = DataDir::at(root.path()).unwrap();
        dir.create().unwrap();
        (root, dir)
    }

    #[test]
    fn an_announcement_is_private_and_found_while_its_process_holds_the_lock() {
        let (_root, dir) = store();
        let _lock = WriterLock::try_acquire(&dir, "serve").unwrap().unwrap();
        let server = RunningServer::this_process(([127, 0, 0, 1], 8000).into()).unwrap();
        server.announce(&dir).unwrap();
        assert_eq!(fs::metadata(path(&dir)).unwrap().permissions().mode() & 0o777, 0o600);
        let found = RunningServer::of(&dir).expect("announced");
        assert_eq!(found.address, server.address);
        assert!(found.token.matches(server.token.expose()));
        RunningServer::withdraw(&dir);
        assert!(RunningServer::of(&dir).is_none());
    }

    #[test]
    fn the_leftover_of_a_dead_server_is_not_taken_for_the_holder() {
        let (_root, dir) = store();
        let mut dead = RunningServer::this_process(([127, 0, 0, 1], 8000).into()).unwrap();
        dead.pid = 1;
        dead.announce(&dir).unwrap();
        let _lock = WriterLock::try_acquire(&dir, "import").unwrap().unwrap();
        assert!(RunningServer::of(&dir).is_none());
    }

    #[test]
    fn a_token_matches_only_itself_and_is_not_printed() {
        let token = Token::random().unwrap();
        assert_eq!(token.expose().len(), 64);
        assert!(!token.matches(Token::random().unwrap().expose()));
        assert!(!token.matches(""));
        assert!(!format!("{token:?}").contains(token.expose()));
    }
}
