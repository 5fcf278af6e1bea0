import GGUF
import Testing

@testable import Verification

@Suite("Spending a budget")
struct BudgetPlannerTests {
  func candidate(_ name: String, _ choices: [(TensorType, Int, Double)]) -> BudgetPlanner.Candidate
  {
    .init(name: name, choices: choices.map { .init(type: $0.0, bytes: $0.1, cost: $0.2) })
  }

  @Test("Bytes go where they save the most divergence")
  func steepest() {
    let candidates = [
      candidate("a", [(.q2_K, 10, 1), (.q4_K, 20, 0.6), (.q8_0, 40, 0.5)]),
      candidate("b", [(.q2_K, 10, 5), (.q4_K, 20, 1), (.q8_0, 40, 0)]),
    ]
    #expect(BudgetPlanner.choose(candidates, bytes: 19) == nil)
    #expect(BudgetPlanner.choose(candidates, bytes: 20) == ["a": .q2_K, "b": .q2_K])
    #expect(BudgetPlanner.choose(candidates, bytes: 30) == ["a": .q2_K, "b": .q4_K])
    #expect(BudgetPlanner.choose(candidates, bytes: 50) == ["a": .q2_K, "b": .q8_0])
    #expect(BudgetPlanner.choose(candidates, bytes: 60) == ["a": .q4_K, "b": .q8_0])
    #expect(BudgetPlanner.choose(candidates, bytes: 1000) == ["a": .q8_0, "b": .q8_0])
  }

  @Test("What is left over is spent on matrices whose next step fits")
  func leftOver() {
    let candidates = [
      candidate("a", [(.q2_K, 10, 9), (.q8_0, 100, 0)]),
      candidate("b", [(.q2_K, 10, 1), (.q4_K, 20, 0.5)]),
    ]
    #expect(BudgetPlanner.choose(candidates, bytes: 40) == ["a": .q2_K, "b": .q4_K])
  }
}
