using System.Diagnostics;
using Spectre.Console;

namespace MarketLoop.Cli.Terminal;

/// <summary>How far long work is.</summary>
/// <param name="Text">What it does.</param>
/// <param name="Share">Share done, 0..1; null when unknown.</param>
internal sealed record Step(string Text, double? Share = null);

/// <summary>Shows progress: a bar on a terminal, a plain line now and then elsewhere.</summary>
internal static class ProgressView
{
    /// <summary>Does the work and shows how far it is.</summary>
    /// <param name="screen">Where to.</param>
    /// <param name="title">What the work is.</param>
    /// <param name="work">The work; it reports steps.</param>
    public static Task<T> RunAsync<T>(Screen screen, string title, Func<IProgress<Step>, Task<T>> work) =>
        screen.IsInteractive ? RunOnTerminalAsync(title, work) : work(new PlainLines(screen, title));

    private static async Task<T> RunOnTerminalAsync<T>(string title, Func<IProgress<Step>, Task<T>> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context => work(new Bar(context.AddTask(Markup.Escape(title), maxValue: 1.0), title)));
    }

    private sealed class Bar : IProgress<Step>
    {
        private readonly ProgressTask task;
        private readonly string title;

        public Bar(ProgressTask task, string title)
        {
            this.task = task;
            this.title = title;
            task.IsIndeterminate = true;
        }

        public void Report(Step value)
        {
            task.Description = Markup.Escape($"{title}: {value.Text}");
            task.IsIndeterminate = value.Share is null;
            task.Value = value.Share ?? 0;
        }
    }

    // At most a line every other second: a log stays readable.
    private sealed class PlainLines(Screen screen, string title) : IProgress<Step>
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
        private readonly Lock gate = new();
        private long lastTold;

        public void Report(Step value)
        {
            lock (gate)
            {
                if (lastTold != 0 && Stopwatch.GetElapsedTime(lastTold) < Pause)
                {
                    return;
                }

                lastTold = Stopwatch.GetTimestamp();
                screen.Note(value.Share is { } share ? $"{title}: {value.Text} ({share:P0})" : $"{title}: {value.Text}");
            }
        }
    }
}

/// <summary>Hands each report on at once and in order: the library's own posts to the pool and may overtake itself.</summary>
internal sealed class Relay<T>(Action<T> hear) : IProgress<T>
{
    public void Report(T value) => hear(value);
}
