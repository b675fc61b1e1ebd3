//! Google on this machine: a server that keeps a bidder's entities, answers as the Real-time Bidding API does, and
//! misbehaves when told to.

mod client;
mod entities;
mod grant;
mod http;
mod misbehave;
mod routes;
mod speed;
mod sync;
mod targeting;
mod trouble;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

use super::store::TestStore;
pub use entities::{Entities, Shape};
pub use misbehave::Misbehaviour;
use misbehave::Rules;

/// The server; it ends with this value.
pub struct LocalGoogle {
    address: SocketAddr,
    state: Arc<State>,
}

/// A call that came, whatever became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub body: Value,
}

impl Recorded {
    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

struct State {
    held: Mutex<Held>,
    stopping: AtomicBool,
}

struct Held {
    entities: Entities,
    rules: Rules,
    calls: Vec<Recorded>,
    /// Pages are no larger than this, whatever is asked for.
    largest_page: usize,
    tokens: grant::Issued,
    /// Calls that may still be made.
    remaining: i64,
}

impl State {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap()
    }
}

impl LocalGoogle {
    /// A server with these entities.
    pub fn start(entities: Entities) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let held = Held {
            entities,
            rules: Rules::default(),
            calls: Vec::new(),
            largest_page: usize::MAX,
            tokens: grant::Issued::default(),
            remaining: 100_000,
        };
        let state = Arc::new(State { held: Mutex::new(held), stopping: AtomicBool::new(false) });
        let serving = Arc::clone(&state);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                if serving.stopping.load(Ordering::Relaxed) {
                    return;
                }
                let state = Arc::clone(&serving);
                // Small answers over kept connections: Nagle's algorithm would hold each back.
                connection.set_nodelay(true).unwrap();
                std::thread::spawn(move || http::converse(connection, &state));
            }
        });
        Self { address, state }
    }

    /// The server's address, as the setting google.base_url takes it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The variables of a store that asks this server, and does not wait long before it tries again.
    pub fn environment(&self) -> Vec<(String, String)> {
        let variables = [
            ("CATSCAN_GOOGLE_BASE_URL", self.url()),
            ("CATSCAN_GOOGLE_RETRY_MS", "2".to_owned()),
            ("CATSCAN_GOOGLE_CALLS_PER_SECOND", "1000".to_owned()),
        ];
        variables.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }

    /// A new store whose commands ask this server with a service account of its own.
    pub fn store(&self) -> TestStore {
        let mut store = TestStore::new();
        self.connect(&mut store);
        store
    }

    /// Lets the store's first account ask this server.
    pub fn connect(&self, store: &mut TestStore) {
        for (name, value) in self.environment() {
            store.set(&name, &value);
        }
        self.add_service_account(store, "1", "tester");
    }

    /// Gives an account of the store a service account at this server.
    #[track_caller]
    pub fn add_service_account(&self, store: &TestStore, account: &str, name: &str) {
        let path = self.key_file(&store.beside(&format!("{name}.json")), name);
        store.succeed(&["service-account", "add", path.to_str().unwrap(), "--account", account]);
    }

    /// Writes the key file of a service account, as Google's console would give it.
    pub fn key_file(&self, path: &Path, name: &str) -> PathBuf {
        let key = json!({
            "type": "service_account",
            "project_id": "test-project",
            "private_key_id": "0123456789abcdef",
            "private_key": include_str!("test-key.pem"),
            "client_email": format!("{name}@test-project.iam.gserviceaccount.com"),
            "client_id": "100000000000000000001",
            "token_uri": format!("{}/token", self.url()),
        });
        std::fs::write(path, key.to_string()).unwrap();
        path.to_owned()
    }

    /// The next `times` calls whose method and path hold `matching` (all where it is empty) get that.
    pub fn misbehave(&self, matching: &str, times: usize, how: Misbehaviour) {
        self.state.held().rules.add(matching, times, how);
    }

    /// What was left of [`Self::misbehave`] is forgotten.
    pub fn behave(&self) {
        self.state.held().rules = Rules::default();
    }

    /// Pages are no larger than this from now on.
    pub fn largest_page(&self, items: usize) {
        self.state.held().largest_page = items;
    }

    /// Changes what the server keeps.
    pub fn change(&self, change: impl FnOnce(&mut Entities)) {
        change(&mut self.state.held().entities);
    }

    /// What the server keeps now.
    pub fn entities(&self) -> Entities {
        self.state.held().entities.clone()
    }

    /// The calls that came since this was last asked, without those for tokens.
    pub fn calls(&self) -> Vec<Recorded> {
        std::mem::take(&mut self.state.held().calls)
    }

    /// How many tokens were given out.
    pub fn tokens_issued(&self) -> usize {
        self.state.held().tokens.count()
    }
}

impl Drop for LocalGoogle {
    fn drop(&mut self) {
        self.state.stopping.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for connections.
        let _ = std::net::TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }
}
