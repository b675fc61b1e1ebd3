//! Answers in a directory: which files are read, and what their pages make together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};

use super::SyncError;
use super::answers::{self, AnswerError, Page};
use crate::entities::Absent;
use crate::entities::configs::GoogleConfig;
use crate::entities::creatives::GoogleCreative;
use crate::entities::endpoints::GoogleEndpoint;
use crate::entities::seats::GoogleSeat;

/// More than any page of the API; a bound on memory.
const FILE_LIMIT_BYTES: u64 = 1 << 30;

/// What the names of files with answers begin with.
const KINDS: [&str; 4] = ["pretargetingConfigs", "endpoints", "buyers", "creatives"];

/// All answers of a directory.
pub(super) struct Listing {
    pub seats: List<GoogleSeat>,
    pub configs: List<GoogleConfig>,
    pub endpoints: List<GoogleEndpoint>,
    pub creatives: Creatives,
    /// The names of the files that were read.
    pub files: Vec<String>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// The pages of one list, put together.
pub(super) struct List<T> {
    pub items: Vec<T>,
    /// Every page of it was there.
    complete: bool,
    /// The file of each bidder named in it.
    bidders: BTreeMap<String, String>,
}

/// The creatives of several lists, one per buyer.
pub(super) struct Creatives {
    pub items: Vec<GoogleCreative>,
    /// The buyers whose lists were there to the end.
    pub complete_buyers: Vec<String>,
}

impl<T> List<T> {
    pub(super) fn absent(&self) -> Absent<'static> {
        if self.complete { Absent::Vanished } else { Absent::Stays }
    }
}

impl Listing {
    /// The bidder that configs, endpoints and seats name, and a file that names it.
    pub(super) fn bidder(&self) -> Result<Option<(String, String)>, SyncError> {
        let lists = [&self.configs.bidders, &self.endpoints.bidders, &self.seats.bidders];
        let mut all = lists.into_iter().flatten();
        let Some((first, first_file)) = all.next() else { return Ok(None) };
        match all.find(|(bidder, _)| *bidder != first) {
            None => Ok(Some((first.clone(), first_file.clone()))),
            Some((second, second_file)) => Err(SyncError::TwoBidders {
                first: first.clone(),
                first_file: first_file.clone(),
                second: second.clone(),
                second_file: second_file.clone(),
            }),
        }
    }
}

/// Reads every answer in `dir`.
pub(super) fn read(dir: &Path) -> Result<Listing, SyncError> {
    let unreadable = |source| SyncError::Read { path: dir.to_owned(), source };
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        // A name that is not text is none of ours.
        if let Ok(name) = entry.map_err(unreadable)?.file_name().into_string() {
            names.insert(name);
        }
    }
    let mut reading = Reading { dir, names, files: Vec::new(), notes: Vec::new() };
    let [configs, endpoints, buyers, creatives] = KINDS;
    let configs = reading.list(configs, answers::configs, |config| (&config.config_id, &config.bidder_id))?;
    let endpoints =
        reading.list(endpoints, answers::endpoints, |endpoint| (&endpoint.endpoint_id, &endpoint.bidder_id))?;
    let seats = reading.list(buyers, answers::seats, |seat| (&seat.buyer_id, &seat.bidder_id))?;
    let creatives = reading.creatives(creatives)?;
    if reading.files.is_empty() {
        return Err(SyncError::NoFiles { dir: dir.to_owned(), below: answers_below(dir) });
    }
    Ok(Listing { seats, configs, endpoints, creatives, files: reading.files, notes: reading.notes })
}

/// The first directory in `dir`, by name, that holds answers: whoever named its parent meant it.
fn answers_below(dir: &Path) -> Option<PathBuf> {
    let mut directories: Vec<PathBuf> = fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path()).collect();
    directories.sort();
    let is_answer = |name: &str| name.ends_with(".json") && KINDS.iter().any(|kind| name.starts_with(kind));
    directories.into_iter().find(|directory| {
        let mut entries = fs::read_dir(directory).into_iter().flatten().flatten();
        entries.any(|entry| entry.file_name().to_str().is_some_and(is_answer))
    })
}

struct Reading<'a> {
    dir: &'a Path,
    names: BTreeSet<String>,
    files: Vec<String>,
    notes: Vec<String>,
}

impl Reading<'_> {
    /// The pages of a kind, by file name.
    fn pages<T>(
        &mut self,
        kind: &str,
        parse: impl Fn(&[u8]) -> Result<Page<T>, AnswerError>,
    ) -> Result<Vec<(String, Page<T>)>, SyncError> {
        let belongs = |name: &&String| name.starts_with(kind) && name.ends_with(".json");
        let names: Vec<String> = self.names.iter().filter(belongs).cloned().collect();
        if names.is_empty() {
            self.notes.push(format!("no {kind}*.json: these stay as they are"));
        }
        let mut pages = Vec::new();
        for name in names {
            let path = self.dir.join(&name);
            let page = parse(&bytes(&path)?).map_err(|source| SyncError::Answer { path, source })?;
            self.files.push(name.clone());
            pages.push((name, page));
        }
        Ok(pages)
    }

    /// A kind that has one list per bidder. An item that two pages hold counts once, as the later page says it.
    fn list<T>(
        &mut self,
        kind: &str,
        parse: impl Fn(&[u8]) -> Result<Page<T>, AnswerError>,
        ids: impl Fn(&T) -> (&String, &Option<String>),
    ) -> Result<List<T>, SyncError> {
        let pages = self.pages(kind, parse)?;
        let complete = pages.iter().any(|(_, page)| !page.more_follow);
        if !complete && !pages.is_empty() {
            self.notes.push(format!("the last page of {kind} is missing: none of them is taken for vanished"));
        }
        let mut items = BTreeMap::new();
        let mut bidders = BTreeMap::new();
        for (file, page) in pages {
            for item in page.items {
                let (id, bidder) = ids(&item);
                if let Some(bidder) = bidder {
                    bidders.insert(bidder.clone(), file.clone());
                }
                let id = id.clone();
                if items.insert(id.clone(), item).is_some() {
                    self.notes.push(format!("{kind} {id} is listed twice: the later one counts"));
                }
            }
        }
        Ok(List { items: items.into_values().collect(), complete, bidders })
    }

    /// Buyers share creative ids at times, and reports name no buyer: the creative changed last stands for the id.
    fn creatives(&mut self, kind: &str) -> Result<Creatives, SyncError> {
        let mut items: BTreeMap<String, GoogleCreative> = BTreeMap::new();
        let mut complete_buyers = BTreeSet::new();
        let mut shared = 0;
        for (_, page) in self.pages(kind, answers::creatives)? {
            for creative in page.items {
                if let (false, Some(buyer)) = (page.more_follow, &creative.buyer_id) {
                    complete_buyers.insert(buyer.clone());
                }
                let known = items.get(&creative.creative_id);
                shared += u64::from(known.is_some_and(|known| known.buyer_id != creative.buyer_id));
                if known.is_none_or(|known| changed_at(known) <= changed_at(&creative)) {
                    items.insert(creative.creative_id.clone(), creative);
                }
            }
        }
        if shared > 0 {
            self.notes.push(format!("{shared} creative ids are used by several buyers: the last changed one is kept"));
        }
        let complete_buyers = complete_buyers.into_iter().collect();
        Ok(Creatives { items: items.into_values().collect(), complete_buyers })
    }
}

/// As a moment, because Google writes fractions of seconds only where there are some.
fn changed_at(creative: &GoogleCreative) -> Option<DateTime<FixedOffset>> {
    creative.api_update_time.as_deref().and_then(|time| DateTime::parse_from_rfc3339(time).ok())
}

fn bytes(path: &PathBuf) -> Result<Vec<u8>, SyncError> {
    let unreadable = |source| SyncError::Read { path: path.clone(), source };
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > FILE_LIMIT_BYTES {
        return Err(SyncError::TooLarge { path: path.clone(), bytes, limit: FILE_LIMIT_BYTES });
    }
    fs::read(path).map_err(unreadable)
}
