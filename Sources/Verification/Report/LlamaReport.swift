import Foundation

/// What `phi verify` found, as llama.cpp's `llama-perplexity --kl-divergence` prints it.
///
/// Its standard errors take every position for independent of its neighbours, and so are too small;
/// `TextReport` has intervals that do not.
public enum LlamaReport {
  /// A line for each stretch, with the figures up to it, then the blocks; no blocks below 100
  /// positions.
  public static func text(_ report: VerifyReport) -> String {
    guard let comparison = report.comparison else { return "" }
    var lines = [
      "chunk             PPL               ln(PPL(Q)/PPL(base))          KL Divergence"
        + "              Δp RMS            Same top p"
    ]
    var sums = LlamaSums()
    for (index, stretch) in comparison.stretches.enumerated() {
      stretch.forEach { sums.add($0) }
      lines.append(sums.line(index + 1))
    }
    lines.append("")
    guard sums.count >= 100 else { return lines.joined(separator: "\n") + "\n" }
    let all = comparison.stretches.flatMap { $0 }
    lines += ["====== Perplexity statistics ======"] + sums.perplexityLines + [""]
    lines.append("====== KL divergence statistics ======")
    lines.append("Mean    KLD: " + sums.divergence.text("%10.6f ± %10.6f"))
    let divergences = NumberOrder.rising(all.map(\.divergence))
    for (name, share) in [
      ("Maximum", 1), ("99.9%  ", 0.999), ("99.0%  ", 0.99), ("95.0%  ", 0.95), ("90.0%  ", 0.9),
      ("Median ", 0.5), ("10.0%  ", 0.1), (" 5.0%  ", 0.05), (" 1.0%  ", 0.01),
      (" 0.1%  ", 0.001), ("Minimum", 0),
    ] {
      lines.append(
        "\(name) KLD: " + String(format: "%10.6f", DivergenceSummary.percentile(divergences, share))
      )
    }
    lines += ["", "====== Token probability statistics ======"]
    lines.append("Mean    Δp: " + sums.change.scaled(100).text("%6.3f ± %5.3f %%"))
    let changes = NumberOrder.rising(all.map(\.rightChange))
    for (name, share) in [
      ("Maximum", 1), ("99.9%  ", 0.999), ("99.0%  ", 0.99), ("95.0%  ", 0.95), ("90.0%  ", 0.9),
      ("75.0%  ", 0.75), ("Median ", 0.5), ("25.0%  ", 0.25), ("10.0%  ", 0.1), (" 5.0%  ", 0.05),
      (" 1.0%  ", 0.01), (" 0.1%  ", 0.001), ("Minimum", 0),
    ] {
      lines.append(
        "\(name) Δp: "
          + String(format: "%6.3f%%", 100 * DivergenceSummary.percentile(changes, share)))
    }
    lines.append("RMS Δp    : " + sums.changeRMS.scaled(100).text("%6.3f ± %5.3f %%"))
    lines.append("Same top p: " + sums.topAgreement.scaled(100).text("%6.3f ± %5.3f %%"))
    return lines.joined(separator: "\n") + "\n"
  }
}
