/// The page's style: light or dark as the reader has it, light on paper.
enum HTMLStyle {
  static let css = """
    :root {
      color-scheme: light dark;
      --page: #f6f7f9; --card: #ffffff; --ink: #1a1f27; --soft: #57606c; --line: #dde1e7;
      --accent: #1f5fd1; --accent-soft: #1f5fd11f; --other: #b4540a; --good: #17713f;
      --good-soft: #17713f24; --bad: #b3231c; --bad-soft: #b3231c1f; --unsure: #805300;
      --unsure-soft: #80530022; --track: #e6e9ee;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #101318; --card: #181c23; --ink: #e7eaef; --soft: #a4adba; --line: #2c323c;
        --accent: #7aa9ff; --accent-soft: #7aa9ff2b; --other: #f0a35e; --good: #63cf92;
        --good-soft: #63cf922b; --bad: #ff8b81; --bad-soft: #ff8b812b; --unsure: #e6bb5c;
        --unsure-soft: #e6bb5c2b; --track: #2a303a;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--page); color: var(--ink);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
      font-variant-numeric: tabular-nums;
    }
    main { max-width: 1040px; margin: 0 auto; padding: 28px 20px 48px; }
    h1, h3, p, .badge, .text, code { overflow-wrap: anywhere; }
    .kicker { color: var(--soft); font-size: 14px; margin: 0 0 8px; }
    h1 { font-size: clamp(19px, 2.6vw, 24px); line-height: 1.35; margin: 0; font-weight: 600; }
    h2 { font-size: 19px; margin: 40px 0 4px; font-weight: 650; }
    h3 { font-size: 15px; margin: 0; font-weight: 600; }
    p { margin: 6px 0; }
    .lead { color: var(--soft); max-width: 68ch; margin: 0 0 12px; }
    .verdict {
      background: var(--card); border: 1px solid var(--line); border-left: 6px solid var(--soft);
      border-radius: 10px; padding: 18px 20px;
    }
    .verdict.good { border-left-color: var(--good); }
    .verdict.bad { border-left-color: var(--bad); }
    .verdict.unsure { border-left-color: var(--unsure); }
    .badge {
      display: inline-block; font-size: 13px; font-weight: 650; border-radius: 99px;
      padding: 2px 12px; margin: 0 0 8px; color: var(--soft); background: var(--track);
    }
    .good .badge, .badge.good { color: var(--good); background: var(--good-soft); }
    .bad .badge, .badge.bad { color: var(--bad); background: var(--bad-soft); }
    .unsure .badge, .badge.unsure { color: var(--unsure); background: var(--unsure-soft); }
    .caveat { color: var(--unsure); margin: 10px 0 0; }
    .tiles {
      display: grid; gap: 12px; margin: 14px 0 0; padding: 0;
      grid-template-columns: repeat(auto-fit, minmax(170px, 1fr));
    }
    .tile, figure, .card {
      background: var(--card); border: 1px solid var(--line); border-radius: 10px;
    }
    .tile { padding: 12px 16px; }
    .tile dt { color: var(--soft); font-size: 13px; }
    .tile dd { margin: 0; }
    .tile .value { font-size: 25px; font-weight: 650; line-height: 1.25; }
    .tile .unit { font-size: 14px; font-weight: 400; color: var(--soft); }
    .tile .more { color: var(--soft); font-size: 13px; }
    .plots { columns: 2 360px; column-gap: 14px; margin-bottom: 4px; }
    .plots > * { break-inside: avoid; }
    figure { margin: 0 0 14px; padding: 14px 14px 10px; }
    figcaption { margin: 0 2px 8px; }
    figcaption p { color: var(--soft); font-size: 14px; margin: 2px 0 0; line-height: 1.4; }
    svg { display: block; width: 100%; height: auto; }
    svg text { fill: var(--soft); font-size: 12px; font-family: inherit; }
    svg .name { font-size: 12.5px; }
    svg .note { fill: var(--soft); font-size: 11.5px; }
    svg .strong { fill: var(--ink); font-size: 13px; font-weight: 600; }
    .grid { stroke: var(--line); } .axis { stroke: var(--soft); }
    .bar, .bar.gain { fill: var(--accent); } .bar.loss { fill: var(--other); }
    .bar.even { fill: var(--soft); } .bar.soft { fill-opacity: .3; }
    .curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
    .area, .band { fill: var(--accent-soft); }
    .dot { fill: var(--accent); } .dot.faint { fill: var(--soft); fill-opacity: .6; }
    .dot.other { fill: var(--card); stroke: var(--other); stroke-width: 2; }
    .dot.good { fill: var(--good); } .dot.bad { fill: var(--bad); }
    .dot.unsure { fill: var(--unsure); }
    .marker { stroke: var(--ink); stroke-dasharray: 3 3; stroke-opacity: .65; }
    .diagonal { stroke: var(--ink); stroke-opacity: .55; stroke-dasharray: 4 4; }
    .track { fill: var(--track); } .allowed { fill: var(--good-soft); }
    .limit { stroke: var(--ink); stroke-width: 2; }
    .here { stroke: var(--accent); stroke-width: 2.5; } .error { stroke: var(--ink); stroke-opacity: .55; }
    .whisker { fill: var(--accent); fill-opacity: .55; }
    .whisker.good { fill: var(--good); } .whisker.bad { fill: var(--bad); }
    .whisker.unsure { fill: var(--unsure); }
    .cell { fill: var(--accent); } .cell.broken { fill: var(--bad); }
    .s1 { fill-opacity: .12; } .s2 { fill-opacity: .27; } .s3 { fill-opacity: .43; }
    .s4 { fill-opacity: .6; } .s5 { fill-opacity: .8; } .s6 { fill-opacity: 1; }
    .card { padding: 4px 14px; margin: 0 0 14px; overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-size: 14px; }
    caption { text-align: left; font-weight: 600; padding: 8px 0 4px; font-size: 15px; }
    th, td { text-align: right; padding: 6px 10px; border-top: 1px solid var(--line); white-space: nowrap; }
    th { color: var(--soft); font-weight: 500; }
    thead th { border-top: 0; }
    th:first-child, td:first-child { text-align: left; padding-left: 2px; }
    th[scope=row] { color: var(--ink); font-weight: 400; }
    .detail th[scope=row] { padding-left: 18px; color: var(--soft); }
    td.words code { white-space: nowrap; }
    td.words, th.words { text-align: left; color: var(--soft); white-space: normal; width: 45%; min-width: 11em; }
    td.file { overflow-wrap: anywhere; white-space: normal; min-width: 10em; }
    code, pre, .text {
      font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
      font-size: 13px;
    }
    pre { margin: 8px 0; white-space: pre-wrap; }
    .text { white-space: pre-wrap; line-height: 1.55; }
    .before { color: var(--soft); }
    .ref { color: var(--other); } .cand { color: var(--accent); }
    mark { background: var(--unsure-soft); color: inherit; border-radius: 3px; }
    th:last-child:not(:first-child):empty { padding: 0; }
    .token { padding: 12px 16px; }
    .token h3 { margin-bottom: 4px; }
    .token h3:not(:first-child), .answers h3 { margin-top: 12px; }
    .token table { margin-top: 8px; }
    .token th[scope=row] { white-space: pre-wrap; min-width: 5em; }
    .answers { display: grid; gap: 0 24px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
    footer { color: var(--soft); font-size: 14px; margin-top: 40px; border-top: 1px solid var(--line); padding-top: 12px; }
    @media (max-width: 520px) {
      main { padding: 16px 12px 32px; }
      figure { padding: 12px 8px 8px; }
      th, td { padding: 6px; }
    }
    @media print {
      :root {
        color-scheme: light;
        --page: #ffffff; --card: #ffffff; --ink: #000000; --soft: #444b55; --line: #c9ced6;
        --accent: #1f5fd1; --accent-soft: #1f5fd11f; --other: #b4540a; --good: #17713f;
        --good-soft: #17713f24; --bad: #b3231c; --bad-soft: #b3231c1f; --unsure: #805300;
        --unsure-soft: #80530022; --track: #e6e9ee;
      }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      @page { margin: 14mm; }
      body { font-size: 11pt; }
      main { max-width: none; padding: 0; }
      .plots { columns: 2; column-gap: 8px; }
      figure { margin-bottom: 8px; }
      figure, .tile, .verdict, .token, .together, tr { break-inside: avoid; }
      h2, .lead, caption { break-after: avoid; }
      .plots th, .plots td { white-space: normal; }
      .card { overflow: visible; }
      .tiles { grid-template-columns: repeat(auto-fit, minmax(105px, 1fr)); gap: 6px; }
      .tile { padding: 8px 10px; }
      .tile .value { font-size: 14pt; }
      .tile .more, .tile dt, figcaption p { font-size: 8.5pt; }
      table { font-size: 8.5pt; }
      th, td { padding: 3px 6px; }
    }
    """
}
