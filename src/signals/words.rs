//! What was seen in a creative, and what to do about it, in words.

use serde_json::{Map, Value};

/// What was seen, with the figures that it was found by.
pub(super) fn observation(signal: &str, evidence: &Map<String, Value>) -> String {
    let of = |name: &str| number(evidence.get(name));
    let spend = match evidence.get("currency").and_then(Value::as_str) {
        Some(currency) => format!("{} {currency}", of("spend")),
        None => of("spend"),
    };
    let (impressions, reached, days) = (of("impressions"), of("reached_queries"), of("days"));
    match signal {
        "low_ctr" => format!(
            "CTR is {} %, {} of the account's {} %, over {impressions} impressions that cost {spend}",
            of("ctr_pct"),
            of("ctr_ratio"),
            of("average_ctr_pct"),
        ),
        "zero_engagement" => format!("no click in {impressions} impressions on {days} days"),
        "disapproved" => format!("disapproved, with {reached} reached queries and {impressions} impressions"),
        "broken_video" => format!("a video with {reached} reached queries and no impression"),
        "low_vcr" => format!(
            "{} % of started videos were seen to the end: {} of {}",
            of("vcr_pct"),
            of("video_completions"),
            of("video_starts"),
        ),
        "high_spend_low_performance" if evidence.contains_key("cpc_ratio") => {
            format!("it cost {spend}, and a click cost {} times the account's average", of("cpc_ratio"))
        }
        "high_spend_low_performance" => format!("it cost {spend} and had no click"),
        "click_fraud" => format!(
            "CTR is {} % over {impressions} impressions, and on {} days there were more clicks than impressions",
            of("ctr_pct"),
            of("click_days"),
        ),
        other => format!("{other} over {impressions} impressions"),
    }
}

/// What to do. A person decides: nothing is done by itself.
pub(super) fn recommendation(signal: &str) -> &'static str {
    match signal {
        "low_ctr" => "look at the creative and where it runs; pause it or change it",
        "zero_engagement" => "check that it can be clicked and where a click leads; pause it until it works",
        "disapproved" => "stop bidding with it until Google approves it",
        "broken_video" => "check the video and its VAST: it wins nothing; stop bidding with it until it plays",
        "low_vcr" => "make the video shorter, or look at where it runs",
        "high_spend_low_performance" => "lower its bids, or pause it and look at where the money goes",
        "click_fraud" => "look at the apps and publishers where it is clicked before you block any",
        _ => "look at the creative",
    }
}

/// A figure with at most two decimals and thousands apart; a dash where it is not known.
fn number(value: Option<&Value>) -> String {
    let Some(value) = value.filter(|value| value.is_number()) else { return "–".to_owned() };
    let text = match (value.as_i64(), value.as_f64()) {
        (Some(whole), _) => whole.to_string(),
        (None, Some(fraction)) => {
            let text = format!("{fraction:.2}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        (None, None) => return value.to_string(),
    };
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut apart = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    let rest = rest.map(|rest| format!(".{rest}")).unwrap_or_default();
    format!("{sign}{apart}{rest}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn figures(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_signal_says_its_figures() {
        let low = figures(json!({
            "ctr_pct": 0.1, "ctr_ratio": 0.2, "average_ctr_pct": 0.5, "impressions": 12_000, "spend": 1_034.5,
            "currency": "USD",
        }));
        assert_eq!(
            observation("low_ctr", &low),
            "CTR is 0.1 %, 0.2 of the account's 0.5 %, over 12,000 impressions that cost 1,034.5 USD"
        );
        let dear = figures(json!({"spend": 60, "cpc_ratio": 3.0}));
        assert_eq!(
            observation("high_spend_low_performance", &dear),
            "it cost 60, and a click cost 3 times the account's average"
        );
        let none = figures(json!({"spend": 60}));
        assert_eq!(observation("high_spend_low_performance", &none), "it cost 60 and had no click");
    }
}
