//! One week of every kind of report, which tests of figures add up by hand.

use super::reports::{
    BIDS, FILTERING, FUNNEL_GEO, FUNNEL_PUBLISHER, ROWS, VIEWABILITY, bidder, import, performance, report,
};
use crate::store::TestStore;

/// One week of every kind of report, of the figures of [`ROWS`]:
/// reached 14,000 + 7,000 + 7,000 + 70,000 + 7,000 + 700 + 300 = 106,000, impressions 7,000 + 2,000 + 1,000 + 99 + 1 = 10,100,
/// clicks 81, spend 14 + 20 + 1 + 0.5 = 35.5.
pub fn week() -> TestStore {
    let store = bidder();
    let import = |name: &str, text: &str| {
        let answer = import(&store, "default", name, text);
        assert_eq!(answer["status"], "imported", "{name}: {answer:#}");
    };
    import("performance.csv", &performance(&ROWS));
    // 1,000,000 requests, 2,000,000 matches, 60,000 bids, 50,000 in auction, 20,000 won.
    import(
        "funnel.csv",
        &report(
            FUNNEL_GEO,
            &[
                (1, "India,0,600000,1000000,590000,40000,35000,15000,700,7"),
                (2, "India,13,200000,500000,190000,10000,8000,4000,200,2"),
                (1, "United States,13,200000,500000,190000,10000,7000,1000,100,1"),
                (8, "India,0,99999999,1,1,1,1,1,1,1"),
            ],
        ),
    );
    import(
        "publishers.csv",
        &report(
            FUNNEL_PUBLISHER,
            &[
                (1, "0,India,p1,P1,600000,1000000,590000,8000,40000,35000,1000,4000,7"),
                (2, "0,India,p1,P1,200000,500000,190000,2000,10000,8000,1000,1000,2"),
                (1, "0,United States,p2,P2,100000,500000,90000,0,0,0,0,0,0"),
                (1, "0,United States,,Unnamed,50000,60000,50000,500,100,100,100,100,0"),
            ],
        ),
    );
    import(
        "bids.csv",
        &report(
            BIDS,
            &[
                (1, "India,h1,1001,8000,3000,10000,4000,1000,US$5.00"),
                (1, "India,v1,1001,500,100,1000,400,50,US$1.00"),
                (2, "United States,h1,1001,1500,900,2000,1000,300,US$3.00"),
            ],
        ),
    );
    import(
        "filtering.csv",
        &report(
            FILTERING,
            &[
                (1, "India,h1,App excluded by publisher,700,US$1.50"),
                (1, "United States,h1,App excluded by publisher,50,US$0.25"),
                (2, "India,h1,Excluded sensitive category detected,250,US$0.50"),
            ],
        ),
    );
    import(
        "quality.csv",
        &report(
            VIEWABILITY,
            &[
                (1, "p1,P1,1000,US$10.00,300,1000,60,1100,900"),
                (1, "p2,P2,1000,US$20.00,800,1000,200,1300,800"),
                (1, "p3,P3,1000,US$30.00,0,1000,0,1000,1000"),
            ],
        ),
    );
    store
}
