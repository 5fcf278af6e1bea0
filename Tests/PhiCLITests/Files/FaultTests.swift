import Foundation
import Testing

@testable import PhiCLI

/// Faults from outside, met by the program itself.
@Suite(.serialized) struct FaultTests {
  /// A prompt that keeps the program busy for some seconds.
  static let busy = "\"$PHI\" run -m m.gguf --ignore-eos -n 2000 -p 'Once upon a time' > out"

  @Test func aModelThatIsCutShortIsNamed() throws {
    let folder = try ScratchFolder()
    let run = try folder.shell(
      """
      cp "$MODEL" m.gguf; \(Self.busy) & p=$!
      while ! [ -s out ]; do sleep 0.1; done; truncate -s 10000 m.gguf; wait $p
      """)
    #expect(run.code == 1, "\(run.errors)")
    #expect(run.errors == "error: m.gguf: was cut short during the run\n")
  }

  @Test func aModelThatChangesIsWarnedAbout() throws {
    let folder = try ScratchFolder()
    let script = """
      cp "$MODEL" m.gguf; "$PHI" run -m m.gguf --ignore-eos -n 200 -p 'Once upon a time' > out & p=$!
      while ! [ -s out ]; do sleep 0.1; done; CHANGE; wait $p
      """
    let changed = try folder.shell(
      script.replacing(
        "CHANGE", with: "printf x | dd of=m.gguf bs=1 seek=2000000 conv=notrunc status=none"))
    #expect(changed.code == 0)
    #expect(
      changed.errors
        == "warning: m.gguf was changed during the run: the result may mix old and new contents\n")
    let replaced = try folder.shell(
      "rm out; " + script.replacing("CHANGE", with: "cp \"$MODEL\" n; mv n m.gguf"))
    #expect(replaced.code == 0)
    #expect(replaced.errors == "")
  }

  @Test(arguments: ["SEGV", "ILL", "ABRT", "BUS", "FPE", "TRAP"])
  func signalsEndTheProgramAtOnce(_ signal: String) throws {
    let folder = try ScratchFolder()
    let start = ContinuousClock().now
    // It waits for a writer that never comes.
    let run = try folder.shell(
      """
      ulimit -c 0; mkfifo p; "$PHI" run -m "$MODEL" -f p & p=$!
      sleep 1; kill -\(signal) $p; wait $p
      """)
    #expect(run.code > 128, "\(run.code)")
    #expect(
      run.errors.contains(
        "error: internal error (SIG\(signal)); please report it with the command that led to it\n"),
      "\(run.errors)")
    #expect(ContinuousClock().now - start < .seconds(30))
  }

  @Test func contextsBeyondTheMachineAreRefused() throws {
    let folder = try ScratchFolder()
    for context in [100_000_000, 1_000_000_000] {
      let run = try folder.shell("\"$PHI\" run -m \"$MODEL\" -c \(context) -n 1 -p hi")
      #expect(run.code == 1)
      #expect(
        run.errors.hasPrefix("note: -c \(context) is more than the ")
          && run.errors.contains("\nerror: a context of \(context) tokens needs ")
          && run.errors.contains("for keys and values") && run.errors.count { $0 == "\n" } == 2,
        "\(run.errors)")
    }
  }

  @Test func tooFewDescriptorsAreAnError() throws {
    let folder = try ScratchFolder()
    for limit in 4...8 {
      for arguments in [
        "quantize $MODEL out Q4_0", "logits -m $MODEL --tokens 1,2 -o out",
        "doctor $MODEL --no-weights --json out", "verify $MODEL -r $MODEL --self 16 --json out",
      ] {
        let run = try folder.shell(
          "timeout 60 bash -c \"ulimit -n \(limit); exec $PHI \(arguments)\"")
        #expect([0, 1].contains(run.code), "\(limit), \(arguments): \(run.code) \(run.errors)")
        if run.code == 1 { #expect(run.errors.contains("error: "), "\(run.errors)") }
        #expect(folder.names.allSatisfy { $0 == "out" }, "\(folder.names)")
        _ = try folder.shell("rm -f out")
      }
    }
  }

  @Test func aFullDiskLeavesNothing() throws {
    let folder = try ScratchFolder()
    for command in WritingCommand.all {
      let run = try folder.shell(
        "ulimit -f 0; " + command.line.replacing("@", with: "out"))
      #expect(run.code == 1 || run.code == 0, "\(command): \(run.code) \(run.errors)")
      #expect(folder.names.allSatisfy { !$0.contains("part") }, "\(folder.names)")
    }
  }
}
