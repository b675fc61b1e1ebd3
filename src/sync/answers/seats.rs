//! `buyers/{id}`.

use super::node::{AnswerError, Node};
use crate::entities::seats::GoogleSeat;

pub(super) fn read(seat: &Node<'_>) -> Result<GoogleSeat, AnswerError> {
    let bidder = seat.text("bidder")?;
    Ok(GoogleSeat {
        buyer_id: seat.required_id_in_name("buyers")?,
        bidder_id: bidder.map(|bidder| bidder.trim_start_matches("bidders/").to_owned()),
        display_name: seat.text("displayName")?,
        active_creative_count: seat.count("activeCreativeCount")?,
        maximum_active_creative_count: seat.count("maximumActiveCreativeCount")?,
        billing_ids: seat.texts("billingIds")?.unwrap_or_default(),
        raw_data: seat.raw_data(),
    })
}
