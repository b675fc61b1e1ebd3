//! How a header shows which kind a report is: conditions that stand as data in the kind's file.

use serde::Deserialize;

use super::Header;

/// One way to be of a kind: all of its conditions hold. A condition that names nothing always holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Recognition {
    /// Columns that the header has.
    pub all: Vec<String>,
    /// Columns of which the header has at least one.
    pub any: Vec<String>,
    /// Columns that the header does not have.
    pub none: Vec<String>,
    /// Headers that stand exactly so, in this case and with these signs.
    pub spelled: Vec<String>,
}

impl Recognition {
    /// Whether the header fits.
    pub fn fits(&self, header: &Header) -> bool {
        self.lacks(header).is_empty()
    }

    /// What keeps the header from fitting, in the words of reports.
    pub fn lacks(&self, header: &Header) -> Vec<String> {
        let lacking = |column: &&String| !header.has(column);
        let named = |column: &String| header.rules.header_of(column).to_owned();
        let mut lacks: Vec<String> = self.all.iter().filter(lacking).map(named).collect();
        if !self.any.is_empty() && self.any.iter().all(|column| !header.has(column)) {
            lacks.push(self.any.iter().map(named).collect::<Vec<_>>().join(" or "));
        }
        lacks.extend(
            self.none
                .iter()
                .filter(|column| header.has(column))
                .map(|column| format!("must not have {}", named(column))),
        );
        let spelled = self.spelled.iter().filter(|spelled| !header.names().contains(spelled));
        lacks.extend(spelled.map(|spelled| format!("{spelled} (so spelt)")));
        lacks
    }
}
