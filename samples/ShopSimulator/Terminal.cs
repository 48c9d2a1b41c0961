#pragma warning disable RS0030 // a console program's one door to the console; everything else in it is given a delegate
namespace ShopSimulator;

/// <summary>The console.</summary>
internal static class Terminal
{
    /// <summary>A result.</summary>
    public static void WriteOut(string text) => Console.Out.WriteLine(text);

    /// <summary>Progress or trouble.</summary>
    public static void WriteError(string text) => Console.Error.WriteLine(text);

    /// <summary>Calls back when the user presses Ctrl-C.</summary>
    public static void OnInterrupt(Action stop) => Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = true;
        stop();
    };
}
