//! `bidders/{bidder}/endpoints/{id}`.

use super::node::{AnswerError, Node};
use crate::entities::endpoints::GoogleEndpoint;

pub(super) fn read(endpoint: &Node<'_>) -> Result<GoogleEndpoint, AnswerError> {
    let location = endpoint.text("tradingLocation")?;
    Ok(GoogleEndpoint {
        endpoint_id: endpoint.required_id_in_name("endpoints")?,
        bidder_id: endpoint.id_in_name("bidders")?,
        url: endpoint.required_text("url")?,
        maximum_qps: endpoint.count("maximumQps")?,
        trading_location: location.unwrap_or_else(|| "TRADING_LOCATION_UNSPECIFIED".to_owned()),
        bid_protocol: endpoint.text("bidProtocol")?,
        raw_data: endpoint.raw_data(),
    })
}
